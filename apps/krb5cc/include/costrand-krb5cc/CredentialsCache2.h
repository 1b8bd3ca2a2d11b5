/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of version 2 of the credential cache API, for programs that still use them. The objects
 * are those of CredentialsCache.h, seen under their old names; a context comes from
 * cc_initialize(..., ccapi_version_2, ...). The results are the CC_ codes below.
 */
#ifndef COSTRAND_CREDENTIALS_CACHE_2_H
#define COSTRAND_CREDENTIALS_CACHE_2_H

#include "CredentialsCache.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef cc_context_d apiCB;
typedef cc_ccache_d ccache_p;
/* Either kind of iterator; both _end calls take both. */
typedef struct ccache_cit ccache_cit;
typedef cc_ccache_iterator_d ccache_cit_ccache;
typedef cc_credentials_iterator_d ccache_cit_creds;
typedef cc_data cc_data_compat;
typedef cc_int32 cc_cred_vers;
typedef cc_int32 cc_result;
typedef cc_uint32 cc_flags;

enum { CC_API_VER_2 = ccapi_version_2 };

enum {
    CC_NOERROR = 0,
    CC_BADNAME = 1,
    CC_NOTFOUND = 2,
    CC_END = 3,
    CC_IO = 4,
    CC_WRITE = 5,
    CC_NOMEM = 6,
    CC_FORMAT = 7,
    CC_LOCKED = 8,
    CC_BAD_API_VERSION = 9,
    CC_NO_EXIST = 10,
    CC_NOT_SUPP = 11,
    CC_BAD_PARM = 12,
    CC_ERR_CACHE_ATTACH = 13,
    CC_ERR_CACHE_RELEASE = 14,
    CC_ERR_CACHE_FULL = 15,
    CC_ERR_CRED_VERSION = 16
};

enum { CC_CRED_UNKNOWN = 0, CC_CRED_V5 = 1, CC_CRED_MAX = 2 };

/* Of cc_lock_request; CC_LOCK_NOBLOCK is added to one of the two above it. */
enum { CC_LOCK_UNLOCK = 1, CC_LOCK_READER = 2, CC_LOCK_WRITER = 3, CC_LOCK_NOBLOCK = 16 };

enum { KRB_NAME_SZ = 40, KRB_INSTANCE_SZ = 40, KRB_REALM_SZ = 40 };

/* As cc_credentials_v5_t. */
typedef struct cc_credentials_v5_compat {
    char *client;
    char *server;
    cc_data_compat keyblock;
    cc_time_t authtime;
    cc_time_t starttime;
    cc_time_t endtime;
    cc_time_t renew_till;
    cc_uint32 is_skey;
    cc_uint32 ticket_flags;
    cc_data_compat **addresses;
    cc_data_compat ticket;
    cc_data_compat second_ticket;
    cc_data_compat **authdata;
} cc_credentials_v5_compat;
typedef cc_credentials_v5_compat cc_creds;

typedef union cred_ptr_union_compat {
    cc_credentials_v5_compat *pV5Cred;
} cred_ptr_union_compat;

typedef struct cred_union {
    cc_int32 cred_type; /* CC_CRED_V5 */
    cred_ptr_union_compat cred;
} cred_union;

typedef struct infoNC {
    char *name;
    char *principal;
    cc_int32 vers; /* CC_CRED_V5 */
} infoNC;

/* Releases the context and sets it to null; and so cc_close, cc_destroy, _end, cc_free_. */
CCACHE_API cc_int32 cc_shutdown(apiCB **context);
CCACHE_API cc_int32 cc_get_change_time(apiCB *context, cc_time_t *time);
/* All ccaches; the array ends with a null pointer. For cc_free_NC_info. */
CCACHE_API cc_int32 cc_get_NC_info(apiCB *context, infoNC ***info);

/* flags are not looked at. */
CCACHE_API cc_int32 cc_open(apiCB *context, const char *name, cc_int32 version, cc_uint32 flags,
                            ccache_p **ccache);
CCACHE_API cc_int32 cc_create(apiCB *context, const char *name, const char *principal,
                              cc_int32 version, cc_uint32 flags, ccache_p **ccache);
CCACHE_API cc_int32 cc_close(apiCB *context, ccache_p **ccache);
CCACHE_API cc_int32 cc_destroy(apiCB *context, ccache_p **ccache);

/* For cc_free_name and cc_free_principal. */
CCACHE_API cc_int32 cc_get_name(apiCB *context, ccache_p *ccache, char **name);
CCACHE_API cc_int32 cc_get_principal(apiCB *context, ccache_p *ccache, char **principal);
CCACHE_API cc_int32 cc_set_principal(apiCB *context, ccache_p *ccache, cc_int32 version,
                                     char *principal);
CCACHE_API cc_int32 cc_get_cred_version(apiCB *context, ccache_p *ccache, cc_int32 *version);

CCACHE_API cc_int32 cc_store(apiCB *context, ccache_p *ccache, cred_union credentials);
/* The first ones with the same client, server and start time; CC_NOTFOUND if there are none. */
CCACHE_API cc_int32 cc_remove_cred(apiCB *context, ccache_p *ccache, cred_union credentials);

/* After the last item: CC_END. */
CCACHE_API cc_int32 cc_seq_fetch_NCs_begin(apiCB *context, ccache_cit **iterator);
CCACHE_API cc_int32 cc_seq_fetch_NCs_next(apiCB *context, ccache_p **ccache, ccache_cit *iterator);
CCACHE_API cc_int32 cc_seq_fetch_NCs_end(apiCB *context, ccache_cit **iterator);
CCACHE_API cc_int32 cc_seq_fetch_creds_begin(apiCB *context, const ccache_p *ccache,
                                             ccache_cit **iterator);
/* For cc_free_creds. */
CCACHE_API cc_int32 cc_seq_fetch_creds_next(apiCB *context, cred_union **credentials,
                                            ccache_cit *iterator);
CCACHE_API cc_int32 cc_seq_fetch_creds_end(apiCB *context, ccache_cit **iterator);

CCACHE_API cc_int32 cc_free_principal(apiCB *context, char **principal);
CCACHE_API cc_int32 cc_free_name(apiCB *context, char **name);
/* Wipes them. */
CCACHE_API cc_int32 cc_free_creds(apiCB *context, cred_union **credentials);
CCACHE_API cc_int32 cc_free_NC_info(apiCB *context, infoNC ***info);

CCACHE_API cc_int32 cc_lock_request(apiCB *context, const ccache_p *ccache, const cc_int32 type);

#ifdef __cplusplus
}
#endif

#endif
