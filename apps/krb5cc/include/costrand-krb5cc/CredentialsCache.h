/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Kerberos credential cache API (CCAPI), versions 3 to 7, as libcostrand_krb5cc offers it: C99
 * and C++. Names, values and the order of members are the published ones, and are the ABI.
 *
 * Every object is the caller's until its release(). Calls go through the object's own table, or
 * through the macro of the same meaning: cc_context_release(c) is c->functions->release(c). A call
 * that fails leaves what its out pointers point to as it was. Different objects may be used from
 * different threads at once, the same object from one at a time. Locks belong to the thread that
 * took them. The calls of version 2 are in CredentialsCache2.h.
 */
#ifndef COSTRAND_CREDENTIALS_CACHE_H
#define COSTRAND_CREDENTIALS_CACHE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef CCACHE_API
#if defined(__GNUC__)
#define CCACHE_API extern __attribute__((visibility("default")))
#else
#define CCACHE_API extern
#endif
#endif

typedef int32_t cc_int32;
typedef uint32_t cc_uint32;
typedef int64_t cc_int64;
typedef uint64_t cc_uint64;

/* Seconds since 1970-01-01 UTC. */
typedef cc_uint32 cc_time_t;

/* What cc_initialize may be asked for. */
enum {
    ccapi_version_2 = 2,
    ccapi_version_3 = 3,
    ccapi_version_4 = 4,
    ccapi_version_5 = 5,
    ccapi_version_6 = 6,
    ccapi_version_7 = 7,
    ccapi_version_max = ccapi_version_7
};

/* What every call returns. */
enum {
    ccNoError = 0,
    ccIteratorEnd = 201,
    ccErrBadParam = 202, /* also: text or credentials that no message can hold */
    ccErrNoMem = 203,    /* also: a limit of the server is reached */
    ccErrInvalidContext = 204,
    ccErrInvalidCCache = 205, /* it was destroyed, or its server is gone; and so the next ones */
    ccErrInvalidString = 206,
    ccErrInvalidCredentials = 207,
    ccErrInvalidCCacheIterator = 208,
    ccErrInvalidCredentialsIterator = 209,
    ccErrInvalidLock = 210, /* this thread asked again while it waited */
    ccErrBadName = 211,
    ccErrBadCredentialsVersion = 212, /* anything but cc_credentials_v5 */
    ccErrBadAPIVersion = 213,
    ccErrContextLocked = 214,
    ccErrContextUnlocked = 215,
    ccErrCCacheLocked = 216,
    ccErrCCacheUnlocked = 217,
    ccErrBadLockType = 218, /* not to be had with what this thread holds */
    ccErrNeverDefault = 219,
    ccErrCredentialsNotFound = 220,
    ccErrCCacheNotFound = 221,
    ccErrContextNotFound = 222,
    ccErrServerUnavailable = 223,
    ccErrServerInsecure = 224, /* it is another user's, or its folder is open to others */
    ccErrServerCantBecomeUID = 225,
    ccErrTimeOffsetNotSet = 226,
    ccErrBadInternalMessage = 227,
    ccErrNotImplemented = 228,
    ccErrClientNotFound = 229
};

enum cc_credential_versions { cc_credentials_v5 = 2 };

enum cc_lock_types {
    cc_lock_read = 0,
    cc_lock_write = 1,
    cc_lock_upgrade = 2,  /* read to write */
    cc_lock_downgrade = 3 /* write to read */
};

enum cc_lock_modes {
    cc_lock_noblock = 0, /* ccErrContextLocked or ccErrCCacheLocked if it cannot be had at once */
    cc_lock_block = 1    /* waits, without limit */
};

/* length 0 goes with a null pointer. */
typedef struct cc_data {
    cc_uint32 type;
    cc_uint32 length; /* bytes */
    void *data;
} cc_data;

/*
 * A Kerberos ticket and its session key. Principals are quoted text, UTF-8, never null. addresses
 * and authdata: null, or pointers that end with a null pointer; their types are Kerberos' own.
 */
typedef struct cc_credentials_v5_t {
    char *client;
    char *server;
    cc_data keyblock; /* type: the encryption type */
    cc_time_t authtime;
    cc_time_t starttime;
    cc_time_t endtime;
    cc_time_t renew_till;
    cc_uint32 is_skey;
    cc_uint32 ticket_flags; /* bit 0 of Kerberos is 0x80000000 */
    cc_data **addresses;
    cc_data ticket;        /* type 0 */
    cc_data second_ticket; /* type 0 */
    cc_data **authdata;
} cc_credentials_v5_t;

typedef struct cc_credentials_union {
    cc_uint32 version; /* cc_credentials_v5 */
    union {
        cc_credentials_v5_t *credentials_v5;
    } credentials;
} cc_credentials_union;

/* The objects. What follows the members here is the library's own. */

typedef struct cc_context_f cc_context_f;
typedef struct cc_ccache_f cc_ccache_f;
typedef struct cc_string_f cc_string_f;
typedef struct cc_credentials_f cc_credentials_f;
typedef struct cc_ccache_iterator_f cc_ccache_iterator_f;
typedef struct cc_credentials_iterator_f cc_credentials_iterator_f;

/* The user's collection of ccaches: an ordered list, whose first one is the default. */
typedef struct cc_context_d {
    const cc_context_f *functions;
} cc_context_d;
typedef cc_context_d *cc_context_t;

typedef struct cc_ccache_d {
    const cc_ccache_f *functions;
} cc_ccache_d;
typedef cc_ccache_d *cc_ccache_t;

typedef struct cc_ccache_iterator_d {
    const cc_ccache_iterator_f *functions;
} cc_ccache_iterator_d;
typedef cc_ccache_iterator_d *cc_ccache_iterator_t;

typedef struct cc_credentials_iterator_d {
    const cc_credentials_iterator_f *functions;
} cc_credentials_iterator_d;
typedef cc_credentials_iterator_d *cc_credentials_iterator_t;

typedef struct cc_string_d {
    const char *data;
    const cc_string_f *functions;
} cc_string_d;
typedef cc_string_d *cc_string_t;

typedef struct cc_credentials_d {
    const cc_credentials_union *data; /* read-only; wiped by release */
    const cc_credentials_f *functions;
} cc_credentials_d;
typedef cc_credentials_d *cc_credentials_t;

/* The tables: the order of members is ABI. */

struct cc_context_f {
    cc_int32 (*release)(cc_context_t context);
    /* Never goes down within a process. */
    cc_int32 (*get_change_time)(cc_context_t context, cc_time_t *time);
    cc_int32 (*get_default_ccache_name)(cc_context_t context, cc_string_t *name);
    cc_int32 (*open_ccache)(cc_context_t context, const char *name, cc_ccache_t *ccache);
    cc_int32 (*open_default_ccache)(cc_context_t context, cc_ccache_t *ccache);
    /* One of that name that is there is emptied and keeps its identity. */
    cc_int32 (*create_ccache)(cc_context_t context, const char *name, cc_uint32 version,
                              const char *principal, cc_ccache_t *ccache);
    cc_int32 (*create_default_ccache)(cc_context_t context, cc_uint32 version,
                                      const char *principal, cc_ccache_t *ccache);
    /* The server chooses the name. */
    cc_int32 (*create_new_ccache)(cc_context_t context, cc_uint32 version, const char *principal,
                                  cc_ccache_t *ccache);
    cc_int32 (*new_ccache_iterator)(cc_context_t context, cc_ccache_iterator_t *iterator);
    cc_int32 (*lock)(cc_context_t context, cc_uint32 type, cc_uint32 mode);
    cc_int32 (*unlock)(cc_context_t context);
    cc_int32 (*compare)(cc_context_t context, cc_context_t other, cc_uint32 *equal);
    /* Waits until the collection changes; not, if it did since this object's last call. */
    cc_int32 (*wait_for_change)(cc_context_t context);
};

struct cc_ccache_f {
    cc_int32 (*release)(cc_ccache_t ccache);
    /* Releases the object, too, if it succeeds. */
    cc_int32 (*destroy)(cc_ccache_t ccache);
    cc_int32 (*set_default)(cc_ccache_t ccache);
    cc_int32 (*get_credentials_version)(cc_ccache_t ccache, cc_uint32 *version);
    cc_int32 (*get_name)(cc_ccache_t ccache, cc_string_t *name);
    cc_int32 (*get_principal)(cc_ccache_t ccache, cc_uint32 version, cc_string_t *principal);
    cc_int32 (*set_principal)(cc_ccache_t ccache, cc_uint32 version, const char *principal);
    cc_int32 (*store_credentials)(cc_ccache_t ccache, const cc_credentials_union *credentials);
    /* By identity: credentials that came of an iterator. */
    cc_int32 (*remove_credentials)(cc_ccache_t ccache, cc_credentials_t credentials);
    cc_int32 (*new_credentials_iterator)(cc_ccache_t ccache, cc_credentials_iterator_t *iterator);
    /* The source ccache is destroyed; its object is still to be released. */
    cc_int32 (*move)(cc_ccache_t source, cc_ccache_t destination);
    cc_int32 (*lock)(cc_ccache_t ccache, cc_uint32 type, cc_uint32 mode);
    cc_int32 (*unlock)(cc_ccache_t ccache);
    cc_int32 (*get_last_default_time)(cc_ccache_t ccache, cc_time_t *time);
    cc_int32 (*get_change_time)(cc_ccache_t ccache, cc_time_t *time);
    cc_int32 (*compare)(cc_ccache_t ccache, cc_ccache_t other, cc_uint32 *equal);
    /* Seconds; the 32 bits may mean a negative number. */
    cc_int32 (*get_kdc_time_offset)(cc_ccache_t ccache, cc_uint32 version, cc_time_t *offset);
    cc_int32 (*set_kdc_time_offset)(cc_ccache_t ccache, cc_uint32 version, cc_time_t offset);
    cc_int32 (*clear_kdc_time_offset)(cc_ccache_t ccache, cc_uint32 version);
    cc_int32 (*wait_for_change)(cc_ccache_t ccache);
};

struct cc_string_f {
    cc_int32 (*release)(cc_string_t string);
};

struct cc_credentials_f {
    cc_int32 (*release)(cc_credentials_t credentials);
    cc_int32 (*compare)(cc_credentials_t credentials, cc_credentials_t other, cc_uint32 *equal);
};

struct cc_ccache_iterator_f {
    cc_int32 (*release)(cc_ccache_iterator_t iterator);
    cc_int32 (*next)(cc_ccache_iterator_t iterator, cc_ccache_t *ccache);
    cc_int32 (*clone)(cc_ccache_iterator_t iterator, cc_ccache_iterator_t *copy);
};

struct cc_credentials_iterator_f {
    cc_int32 (*release)(cc_credentials_iterator_t iterator);
    cc_int32 (*next)(cc_credentials_iterator_t iterator, cc_credentials_t *credentials);
    cc_int32 (*clone)(cc_credentials_iterator_t iterator, cc_credentials_iterator_t *copy);
};

/*
 * Makes a context; talks to nobody. version: ccapi_version_2 and up to ccapi_version_max, all of
 * which give the same objects, else ccErrBadAPIVersion. supported_version and vendor may be null;
 * the vendor's text is static.
 */
CCACHE_API cc_int32 cc_initialize(cc_context_t *context, cc_int32 version,
                                  cc_int32 *supported_version, char const **vendor);

/* A macro for each member. */

#define cc_context_release(context) ((context)->functions->release(context))
#define cc_context_get_change_time(context, time)                                                 \
    ((context)->functions->get_change_time(context, time))
#define cc_context_get_default_ccache_name(context, name)                                         \
    ((context)->functions->get_default_ccache_name(context, name))
#define cc_context_open_ccache(context, name, ccache)                                             \
    ((context)->functions->open_ccache(context, name, ccache))
#define cc_context_open_default_ccache(context, ccache)                                           \
    ((context)->functions->open_default_ccache(context, ccache))
#define cc_context_create_ccache(context, name, version, principal, ccache)                       \
    ((context)->functions->create_ccache(context, name, version, principal, ccache))
#define cc_context_create_default_ccache(context, version, principal, ccache)                     \
    ((context)->functions->create_default_ccache(context, version, principal, ccache))
#define cc_context_create_new_ccache(context, version, principal, ccache)                         \
    ((context)->functions->create_new_ccache(context, version, principal, ccache))
#define cc_context_new_ccache_iterator(context, iterator)                                         \
    ((context)->functions->new_ccache_iterator(context, iterator))
#define cc_context_lock(context, type, mode) ((context)->functions->lock(context, type, mode))
#define cc_context_unlock(context) ((context)->functions->unlock(context))
#define cc_context_compare(context, other, equal)                                                 \
    ((context)->functions->compare(context, other, equal))
#define cc_context_wait_for_change(context) ((context)->functions->wait_for_change(context))

#define cc_ccache_release(ccache) ((ccache)->functions->release(ccache))
#define cc_ccache_destroy(ccache) ((ccache)->functions->destroy(ccache))
#define cc_ccache_set_default(ccache) ((ccache)->functions->set_default(ccache))
#define cc_ccache_get_credentials_version(ccache, version)                                        \
    ((ccache)->functions->get_credentials_version(ccache, version))
#define cc_ccache_get_name(ccache, name) ((ccache)->functions->get_name(ccache, name))
#define cc_ccache_get_principal(ccache, version, principal)                                       \
    ((ccache)->functions->get_principal(ccache, version, principal))
#define cc_ccache_set_principal(ccache, version, principal)                                       \
    ((ccache)->functions->set_principal(ccache, version, principal))
#define cc_ccache_store_credentials(ccache, credentials)                                          \
    ((ccache)->functions->store_credentials(ccache, credentials))
#define cc_ccache_remove_credentials(ccache, credentials)                                         \
    ((ccache)->functions->remove_credentials(ccache, credentials))
#define cc_ccache_new_credentials_iterator(ccache, iterator)                                      \
    ((ccache)->functions->new_credentials_iterator(ccache, iterator))
#define cc_ccache_move(source, destination) ((source)->functions->move(source, destination))
#define cc_ccache_lock(ccache, type, mode) ((ccache)->functions->lock(ccache, type, mode))
#define cc_ccache_unlock(ccache) ((ccache)->functions->unlock(ccache))
#define cc_ccache_get_last_default_time(ccache, time)                                             \
    ((ccache)->functions->get_last_default_time(ccache, time))
#define cc_ccache_get_change_time(ccache, time) ((ccache)->functions->get_change_time(ccache, time))
#define cc_ccache_compare(ccache, other, equal) ((ccache)->functions->compare(ccache, other, equal))
#define cc_ccache_get_kdc_time_offset(ccache, version, offset)                                    \
    ((ccache)->functions->get_kdc_time_offset(ccache, version, offset))
#define cc_ccache_set_kdc_time_offset(ccache, version, offset)                                    \
    ((ccache)->functions->set_kdc_time_offset(ccache, version, offset))
#define cc_ccache_clear_kdc_time_offset(ccache, version)                                          \
    ((ccache)->functions->clear_kdc_time_offset(ccache, version))
#define cc_ccache_wait_for_change(ccache) ((ccache)->functions->wait_for_change(ccache))

#define cc_string_release(string) ((string)->functions->release(string))

#define cc_credentials_release(credentials) ((credentials)->functions->release(credentials))
#define cc_credentials_compare(credentials, other, equal)                                         \
    ((credentials)->functions->compare(credentials, other, equal))

#define cc_ccache_iterator_release(iterator) ((iterator)->functions->release(iterator))
#define cc_ccache_iterator_next(iterator, ccache) ((iterator)->functions->next(iterator, ccache))
#define cc_ccache_iterator_clone(iterator, copy) ((iterator)->functions->clone(iterator, copy))

#define cc_credentials_iterator_release(iterator) ((iterator)->functions->release(iterator))
#define cc_credentials_iterator_next(iterator, credentials)                                       \
    ((iterator)->functions->next(iterator, credentials))
#define cc_credentials_iterator_clone(iterator, copy)                                             \
    ((iterator)->functions->clone(iterator, copy))

#ifdef __cplusplus
}
#endif

#endif
