/* SPDX-License-Identifier: Apache-2.0 */
/* A user's program in C99, which is C++, too (walk_cxx.cpp). Expected values: docs/spec/ccapi.md 3,
   4, 6 and 7. */
#include "walk.h"

#include "layout.h"

#include <string.h>

#ifndef WALK
#define WALK(name) name##_c99
#endif

#define MUST(condition)                                                                           \
    do {                                                                                          \
        if (!(condition))                                                                         \
            return __LINE__;                                                                      \
    } while (0)

static char client_name[] = "alice@A.ORG", server_name[] = "krbtgt/A.ORG@A.ORG";
static unsigned char key_bytes[] = {1, 2, 3, 0, 255}, ticket_bytes[] = {0x61, 2, 0x30, 0};
static unsigned char address_bytes[] = {127, 0, 0, 1}, data_bytes[] = {9};

static int same_bytes(const cc_data *a, cc_uint32 type, const void *bytes, cc_uint32 length) {
    return a->type == type && a->length == length && memcmp(a->data, bytes, length) == 0;
}

/* Something in each field. */
struct ticket {
    cc_data address, second_address, auth;
    cc_data *addresses[3], *authdata[2];
    cc_credentials_v5_t v5;
    cc_credentials_union all;
};

static void fill(struct ticket *t, char *server) {
    memset(t, 0, sizeof(*t));
    t->address.type = 2;
    t->address.length = sizeof(address_bytes);
    t->address.data = address_bytes;
    t->second_address.type = 24; /* of no length */
    t->addresses[0] = &t->address;
    t->addresses[1] = &t->second_address;
    t->auth.type = 1;
    t->auth.length = sizeof(data_bytes);
    t->auth.data = data_bytes;
    t->authdata[0] = &t->auth;
    t->v5.client = client_name;
    t->v5.server = server;
    t->v5.keyblock.type = 18;
    t->v5.keyblock.length = sizeof(key_bytes);
    t->v5.keyblock.data = key_bytes;
    t->v5.authtime = 1700000000;
    t->v5.starttime = 1700000001;
    t->v5.endtime = 1700036000;
    t->v5.renew_till = 4294967295u;
    t->v5.is_skey = 1;
    t->v5.ticket_flags = 0x40e00000u;
    t->v5.addresses = t->addresses;
    t->v5.ticket.length = sizeof(ticket_bytes);
    t->v5.ticket.data = ticket_bytes;
    t->v5.second_ticket.length = sizeof(data_bytes);
    t->v5.second_ticket.data = data_bytes;
    t->v5.authdata = t->authdata;
    t->all.version = cc_credentials_v5;
    t->all.credentials.credentials_v5 = &t->v5;
}

static int check_ticket(const cc_credentials_v5_t *v5) {
    MUST(strcmp(v5->client, client_name) == 0);
    MUST(strcmp(v5->server, server_name) == 0);
    MUST(same_bytes(&v5->keyblock, 18, key_bytes, sizeof(key_bytes)));
    MUST(v5->authtime == 1700000000 && v5->starttime == 1700000001);
    MUST(v5->endtime == 1700036000 && v5->renew_till == 4294967295u);
    MUST(v5->is_skey == 1 && v5->ticket_flags == 0x40e00000u);
    MUST(v5->addresses && v5->addresses[0] && v5->addresses[1] && !v5->addresses[2]);
    MUST(same_bytes(v5->addresses[0], 2, address_bytes, sizeof(address_bytes)));
    MUST(v5->addresses[1]->type == 24);
    MUST(v5->addresses[1]->length == 0 && !v5->addresses[1]->data);
    MUST(same_bytes(&v5->ticket, 0, ticket_bytes, sizeof(ticket_bytes)));
    MUST(same_bytes(&v5->second_ticket, 0, data_bytes, sizeof(data_bytes)));
    MUST(v5->authdata && v5->authdata[0] && !v5->authdata[1]);
    MUST(same_bytes(v5->authdata[0], 1, data_bytes, sizeof(data_bytes)));
    return 0;
}

/* The text of an object, which is released. */
static int is_text(cc_string_t text, const char *expected) {
    const int same = strcmp(text->data, expected) == 0;
    return cc_string_release(text) == ccNoError && same;
}

static int walk_credentials(cc_ccache_t ccache) {
    struct ticket t;
    cc_data *none[1] = {NULL};
    cc_credentials_iterator_t iterator, copy;
    cc_credentials_t credentials, other, config;
    cc_uint32 equal = 7;
    char config_name[] = "krb5_ccache_conf_data/x@X-CACHECONF:";
    int line;

    fill(&t, server_name);
    MUST(cc_ccache_store_credentials(ccache, &t.all) == ccNoError);
    /* 2.4: strange ones stay as they are, and an array without entries is none. */
    memset(&t.v5, 0, sizeof(t.v5));
    t.v5.client = client_name;
    t.v5.server = config_name;
    t.v5.addresses = none;
    t.v5.ticket.length = sizeof(data_bytes);
    t.v5.ticket.data = data_bytes;
    MUST(cc_ccache_store_credentials(ccache, &t.all) == ccNoError);
    memset(&t, 0x55, sizeof(t)); /* what was stored is a copy */

    MUST(cc_ccache_new_credentials_iterator(ccache, &iterator) == ccNoError);
    MUST(cc_credentials_iterator_next(iterator, &credentials) == ccNoError);
    MUST(credentials->data->version == cc_credentials_v5);
    if ((line = check_ticket(credentials->data->credentials.credentials_v5)) != 0)
        return line;
    MUST(cc_credentials_iterator_clone(iterator, &copy) == ccNoError);
    MUST(cc_credentials_iterator_next(copy, &other) == ccNoError);
    MUST(cc_credentials_compare(credentials, other, &equal) == ccNoError && equal == 0);
    MUST(cc_credentials_iterator_next(iterator, &config) == ccNoError);
    MUST(cc_credentials_compare(config, other, &equal) == ccNoError && equal == 1);
    MUST(strcmp(config->data->credentials.credentials_v5->server, config_name) == 0);
    MUST(config->data->credentials.credentials_v5->keyblock.type == 0);
    MUST(!config->data->credentials.credentials_v5->keyblock.data);
    MUST(!config->data->credentials.credentials_v5->addresses);
    MUST(same_bytes(&config->data->credentials.credentials_v5->ticket, 0, data_bytes, 1));
    MUST(cc_credentials_release(other) == ccNoError);
    MUST(cc_credentials_iterator_next(iterator, &other) == ccIteratorEnd);
    MUST(cc_credentials_iterator_release(iterator) == ccNoError);
    MUST(cc_credentials_iterator_next(copy, &other) == ccIteratorEnd);
    MUST(cc_credentials_iterator_release(copy) == ccNoError);

    MUST(cc_ccache_remove_credentials(ccache, credentials) == ccNoError);
    MUST(cc_ccache_remove_credentials(ccache, credentials) == ccErrInvalidCredentials);
    MUST(cc_credentials_release(credentials) == ccNoError);
    MUST(cc_credentials_release(config) == ccNoError);
    return 0;
}

static int walk_ccache(cc_context_t context, cc_ccache_t ccache) {
    cc_string_t text;
    cc_uint32 number = 0, equal = 7;
    cc_time_t before = 0, after = 0;
    cc_ccache_t same, second;

    MUST(cc_ccache_get_credentials_version(ccache, &number) == ccNoError);
    MUST(number == cc_credentials_v5);
    MUST(cc_ccache_get_name(ccache, &text) == ccNoError && is_text(text, "one"));
    MUST(cc_ccache_get_principal(ccache, cc_credentials_v5, &text) == ccNoError);
    MUST(is_text(text, client_name));
    MUST(cc_ccache_get_change_time(ccache, &before) == ccNoError);
    MUST(cc_ccache_set_principal(ccache, cc_credentials_v5, "bob@A.ORG") == ccNoError);
    MUST(cc_ccache_get_change_time(ccache, &after) == ccNoError && after > before);
    MUST(cc_ccache_get_principal(ccache, cc_credentials_v5, &text) == ccNoError);
    MUST(is_text(text, "bob@A.ORG"));

    MUST(cc_ccache_get_kdc_time_offset(ccache, cc_credentials_v5, &after) == ccErrTimeOffsetNotSet);
    MUST(cc_ccache_set_kdc_time_offset(ccache, cc_credentials_v5, (cc_time_t)-5) == ccNoError);
    MUST(cc_ccache_get_kdc_time_offset(ccache, cc_credentials_v5, &after) == ccNoError);
    MUST(after == (cc_time_t)-5);
    MUST(cc_ccache_clear_kdc_time_offset(ccache, cc_credentials_v5) == ccNoError);
    MUST(cc_ccache_get_kdc_time_offset(ccache, cc_credentials_v5, &after) == ccErrTimeOffsetNotSet);

    MUST(cc_ccache_unlock(ccache) == ccErrCCacheUnlocked);
    MUST(cc_ccache_lock(ccache, cc_lock_read, cc_lock_noblock) == ccNoError);
    MUST(cc_ccache_lock(ccache, cc_lock_upgrade, cc_lock_block) == ccNoError);
    MUST(cc_ccache_lock(ccache, cc_lock_write, cc_lock_block) == ccErrBadLockType);
    MUST(cc_ccache_lock(ccache, cc_lock_downgrade, cc_lock_block) == ccNoError);
    MUST(cc_ccache_unlock(ccache) == ccNoError);

    MUST(cc_context_open_ccache(context, "one", &same) == ccNoError);
    MUST(cc_ccache_compare(ccache, same, &equal) == ccNoError && equal == 1);
    MUST(cc_context_create_new_ccache(context, cc_credentials_v5, "", &second) == ccNoError);
    MUST(cc_ccache_compare(ccache, second, &equal) == ccNoError && equal == 0);
    MUST(cc_ccache_get_last_default_time(ccache, &after) == ccNoError);
    MUST(cc_ccache_get_last_default_time(second, &after) == ccErrNeverDefault);
    MUST(cc_ccache_set_default(second) == ccNoError);
    MUST(cc_ccache_get_last_default_time(second, &after) == ccNoError);
    MUST(cc_ccache_wait_for_change(same) == ccNoError); /* the first one is answered at once */

    MUST(cc_ccache_move(ccache, second) == ccNoError);
    MUST(cc_ccache_get_principal(second, cc_credentials_v5, &text) == ccNoError);
    MUST(is_text(text, "bob@A.ORG"));
    MUST(cc_ccache_destroy(ccache) == ccErrInvalidCCache); /* 3.6: the handle is not freed */
    MUST(cc_ccache_compare(ccache, same, &equal) == ccNoError && equal == 1);
    MUST(cc_ccache_release(ccache) == ccNoError);
    MUST(cc_ccache_release(same) == ccNoError);
    MUST(cc_ccache_destroy(second) == ccNoError);
    return 0;
}

int WALK(walk_v3)(void) {
    cc_context_t context, other;
    cc_int32 version = 0;
    const char *vendor = NULL;
    cc_string_t text;
    cc_time_t before = 0, after = 0;
    cc_ccache_t ccache, again;
    cc_ccache_iterator_t iterator, copy;
    cc_uint32 equal = 7;
    int line;

    MUST(cc_initialize(&context, ccapi_version_3, &version, &vendor) == ccNoError);
    MUST(version == 7 && vendor && *vendor);
    MUST(cc_initialize(&other, ccapi_version_max, NULL, NULL) == ccNoError);
    MUST(cc_context_compare(context, other, &equal) == ccNoError && equal == 1);
    MUST(cc_context_get_default_ccache_name(context, &text) == ccNoError);
    MUST(is_text(text, "Initial default ccache"));
    MUST(cc_context_open_ccache(context, "one", &ccache) == ccErrCCacheNotFound);
    MUST(cc_context_open_default_ccache(context, &ccache) == ccErrCCacheNotFound);

    MUST(cc_context_get_change_time(context, &before) == ccNoError);
    MUST(cc_context_create_default_ccache(context, cc_credentials_v5, client_name, &ccache) ==
         ccNoError);
    MUST(cc_context_get_change_time(other, &after) == ccNoError && after > before);
    MUST(cc_ccache_get_name(ccache, &text) == ccNoError);
    MUST(is_text(text, "Initial default ccache"));
    MUST(cc_context_open_default_ccache(context, &again) == ccNoError);
    MUST(cc_ccache_destroy(again) == ccNoError);
    MUST(cc_ccache_release(ccache) == ccNoError);

    MUST(cc_context_create_ccache(context, "one", cc_credentials_v5, client_name, &ccache) ==
         ccNoError);
    MUST(cc_context_get_default_ccache_name(context, &text) == ccNoError && is_text(text, "one"));
    MUST(cc_context_new_ccache_iterator(context, &iterator) == ccNoError);
    MUST(cc_ccache_iterator_clone(iterator, &copy) == ccNoError);
    MUST(cc_ccache_iterator_next(iterator, &again) == ccNoError);
    MUST(cc_ccache_compare(ccache, again, &equal) == ccNoError && equal == 1);
    MUST(cc_ccache_release(again) == ccNoError);
    MUST(cc_ccache_iterator_next(iterator, &again) == ccIteratorEnd);
    MUST(cc_ccache_iterator_release(iterator) == ccNoError);
    MUST(cc_ccache_iterator_next(copy, &again) == ccNoError);
    MUST(cc_ccache_release(again) == ccNoError);

    MUST(cc_context_unlock(context) == ccErrContextUnlocked);
    MUST(cc_context_lock(context, cc_lock_write, cc_lock_block) == ccNoError);
    MUST(cc_context_unlock(other) == ccNoError); /* locks are the thread's */
    MUST(cc_context_wait_for_change(context) == ccNoError);
    MUST(cc_context_release(context) == ccNoError);

    /* What came of a context outlives it. */
    MUST(cc_ccache_iterator_release(copy) == ccNoError);
    if ((line = walk_credentials(ccache)) != 0)
        return line;
    if ((line = walk_ccache(other, ccache)) != 0)
        return line;
    MUST(cc_context_release(other) == ccNoError);
    return 0;
}

static int walk_v2_credentials(apiCB *context, ccache_p *ccache) {
    struct ticket t;
    cred_union given, *seen = NULL;
    ccache_cit *iterator = NULL;
    int line;

    fill(&t, server_name);
    given.cred_type = CC_CRED_V5;
    given.cred.pV5Cred = (cc_credentials_v5_compat *)(void *)&t.v5;
    MUST(cc_store(context, ccache, given) == CC_NOERROR);
    MUST(cc_seq_fetch_creds_begin(context, ccache, &iterator) == CC_NOERROR);
    MUST(cc_seq_fetch_creds_next(context, &seen, iterator) == CC_NOERROR);
    MUST(seen->cred_type == CC_CRED_V5);
    if ((line = check_ticket((cc_credentials_v5_t *)(void *)seen->cred.pV5Cred)) != 0)
        return line;
    MUST(cc_free_creds(context, &seen) == CC_NOERROR && !seen);
    MUST(cc_seq_fetch_creds_next(context, &seen, iterator) == CC_END && !seen);
    MUST(cc_seq_fetch_creds_end(context, &iterator) == CC_NOERROR && !iterator);
    MUST(cc_remove_cred(context, ccache, given) == CC_NOERROR);
    MUST(cc_remove_cred(context, ccache, given) == CC_NOTFOUND);
    given.cred_type = CC_CRED_MAX;
    MUST(cc_store(context, ccache, given) == CC_ERR_CRED_VERSION);
    MUST(cc_remove_cred(context, ccache, given) == CC_ERR_CRED_VERSION);
    return 0;
}

int WALK(walk_v2)(void) {
    apiCB *context = NULL;
    ccache_p *ccache = NULL, *again = NULL;
    ccache_cit *iterator = NULL;
    infoNC **info = NULL;
    char *text = NULL, bob[] = "bob@A.ORG";
    cc_int32 version = 0;
    cc_time_t time = 0;
    int line;

    MUST(cc_initialize(&context, CC_API_VER_2, &version, NULL) == CC_NOERROR);
    MUST(cc_get_change_time(context, &time) == CC_NOERROR && time > 0);
    MUST(cc_open(context, "one", CC_CRED_V5, 0, &ccache) == CC_NO_EXIST);
    MUST(cc_create(context, "one", client_name, 2, 0, &ccache) == CC_ERR_CRED_VERSION);
    MUST(cc_create(context, "one", client_name, CC_CRED_V5, 0, &ccache) == CC_NOERROR);
    MUST(cc_open(context, "one", CC_CRED_UNKNOWN, 0, &again) == CC_ERR_CRED_VERSION && !again);
    MUST(cc_open(context, "one", CC_CRED_V5, 99, &again) == CC_NOERROR);
    MUST(cc_close(context, &again) == CC_NOERROR && !again);

    MUST(cc_get_cred_version(context, ccache, &version) == CC_NOERROR && version == 1);
    MUST(cc_get_name(context, ccache, &text) == CC_NOERROR && strcmp(text, "one") == 0);
    MUST(cc_free_name(context, &text) == CC_NOERROR && !text);
    MUST(cc_set_principal(context, ccache, 2, bob) == CC_ERR_CRED_VERSION);
    MUST(cc_set_principal(context, ccache, CC_CRED_V5, bob) == CC_NOERROR);
    MUST(cc_get_principal(context, ccache, &text) == CC_NOERROR && strcmp(text, bob) == 0);
    MUST(cc_free_principal(context, &text) == CC_NOERROR && !text);

    MUST(cc_lock_request(context, ccache, CC_LOCK_UNLOCK) == CC_LOCKED);
    MUST(cc_lock_request(context, ccache, CC_LOCK_WRITER | CC_LOCK_NOBLOCK) == CC_NOERROR);
    MUST(cc_lock_request(context, ccache, CC_LOCK_READER) == CC_BAD_PARM);
    MUST(cc_lock_request(context, ccache, CC_LOCK_UNLOCK) == CC_NOERROR);
    MUST(cc_lock_request(context, ccache, 0) == CC_BAD_PARM);

    MUST(cc_get_NC_info(context, &info) == CC_NOERROR);
    MUST(info[0] && !info[1] && strcmp(info[0]->name, "one") == 0);
    MUST(strcmp(info[0]->principal, bob) == 0 && info[0]->vers == 1);
    MUST(cc_free_NC_info(context, &info) == CC_NOERROR && !info);

    MUST(cc_seq_fetch_NCs_begin(context, &iterator) == CC_NOERROR);
    MUST(cc_seq_fetch_NCs_next(context, &again, iterator) == CC_NOERROR);
    MUST(cc_close(context, &again) == CC_NOERROR);
    MUST(cc_seq_fetch_NCs_next(context, &again, iterator) == CC_END);
    MUST(cc_seq_fetch_NCs_end(context, &iterator) == CC_NOERROR && !iterator);
    /* 7: users mix the ends, and forget that there is nothing to end. */
    MUST(cc_seq_fetch_NCs_begin(context, &iterator) == CC_NOERROR);
    MUST(cc_seq_fetch_creds_end(context, &iterator) == CC_NOERROR && !iterator);
    MUST(cc_seq_fetch_creds_end(context, NULL) == CC_BAD_PARM);
    MUST(cc_seq_fetch_NCs_end(context, &iterator) == CC_BAD_PARM);

    if ((line = walk_v2_credentials(context, ccache)) != 0)
        return line;
    MUST(cc_destroy(context, &ccache) == CC_NOERROR && !ccache);
    MUST(cc_shutdown(&context) == CC_NOERROR && !context);
    return 0;
}
