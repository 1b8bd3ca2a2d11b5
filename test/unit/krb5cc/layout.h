/* SPDX-License-Identifier: Apache-2.0 */
/* The binary interface as docs/spec/ccapi.md 2 writes it down, checked while a C or C++ program of
   any age compiles. Numbers are those of the document, not of our headers. */
#ifndef COSTRAND_TEST_KRB5CC_LAYOUT_H
#define COSTRAND_TEST_KRB5CC_LAYOUT_H

#include <CredentialsCache2.h>

#include <stddef.h>

/* C99 has no static assertion. */
#define MUST_HOLD_2(condition, line) typedef char must_hold_##line[(condition) ? 1 : -1]
#define MUST_HOLD_1(condition, line) MUST_HOLD_2(condition, line)
#define MUST_HOLD(condition) MUST_HOLD_1(condition, __LINE__)

/* 2.2: members of tables are numbered from 1. */
#define MEMBER(table, n, name) MUST_HOLD(offsetof(table, name) == ((n)-1) * sizeof(void (*)(void)))
#define MEMBERS(table, n) MUST_HOLD(sizeof(table) == (n) * sizeof(void (*)(void)))

MEMBER(cc_context_f, 1, release);
MEMBER(cc_context_f, 2, get_change_time);
MEMBER(cc_context_f, 3, get_default_ccache_name);
MEMBER(cc_context_f, 4, open_ccache);
MEMBER(cc_context_f, 5, open_default_ccache);
MEMBER(cc_context_f, 6, create_ccache);
MEMBER(cc_context_f, 7, create_default_ccache);
MEMBER(cc_context_f, 8, create_new_ccache);
MEMBER(cc_context_f, 9, new_ccache_iterator);
MEMBER(cc_context_f, 10, lock);
MEMBER(cc_context_f, 11, unlock);
MEMBER(cc_context_f, 12, compare);
MEMBER(cc_context_f, 13, wait_for_change);
MEMBERS(cc_context_f, 13);

MEMBER(cc_ccache_f, 1, release);
MEMBER(cc_ccache_f, 2, destroy);
MEMBER(cc_ccache_f, 3, set_default);
MEMBER(cc_ccache_f, 4, get_credentials_version);
MEMBER(cc_ccache_f, 5, get_name);
MEMBER(cc_ccache_f, 6, get_principal);
MEMBER(cc_ccache_f, 7, set_principal);
MEMBER(cc_ccache_f, 8, store_credentials);
MEMBER(cc_ccache_f, 9, remove_credentials);
MEMBER(cc_ccache_f, 10, new_credentials_iterator);
MEMBER(cc_ccache_f, 11, move);
MEMBER(cc_ccache_f, 12, lock);
MEMBER(cc_ccache_f, 13, unlock);
MEMBER(cc_ccache_f, 14, get_last_default_time);
MEMBER(cc_ccache_f, 15, get_change_time);
MEMBER(cc_ccache_f, 16, compare);
MEMBER(cc_ccache_f, 17, get_kdc_time_offset);
MEMBER(cc_ccache_f, 18, set_kdc_time_offset);
MEMBER(cc_ccache_f, 19, clear_kdc_time_offset);
MEMBER(cc_ccache_f, 20, wait_for_change);
MEMBERS(cc_ccache_f, 20);

MEMBER(cc_string_f, 1, release);
MEMBERS(cc_string_f, 1);

MEMBER(cc_credentials_f, 1, release);
MEMBER(cc_credentials_f, 2, compare);
MEMBERS(cc_credentials_f, 2);

MEMBER(cc_ccache_iterator_f, 1, release);
MEMBER(cc_ccache_iterator_f, 2, next);
MEMBER(cc_ccache_iterator_f, 3, clone);
MEMBERS(cc_ccache_iterator_f, 3);

MEMBER(cc_credentials_iterator_f, 1, release);
MEMBER(cc_credentials_iterator_f, 2, next);
MEMBER(cc_credentials_iterator_f, 3, clone);
MEMBERS(cc_credentials_iterator_f, 3);

/* 2.1: the heads of objects. */
MUST_HOLD(offsetof(cc_context_d, functions) == 0);
MUST_HOLD(sizeof(cc_context_d) == sizeof(void *));
MUST_HOLD(offsetof(cc_ccache_d, functions) == 0);
MUST_HOLD(sizeof(cc_ccache_d) == sizeof(void *));
MUST_HOLD(offsetof(cc_ccache_iterator_d, functions) == 0);
MUST_HOLD(sizeof(cc_ccache_iterator_d) == sizeof(void *));
MUST_HOLD(offsetof(cc_credentials_iterator_d, functions) == 0);
MUST_HOLD(sizeof(cc_credentials_iterator_d) == sizeof(void *));
MUST_HOLD(offsetof(cc_string_d, data) == 0);
MUST_HOLD(offsetof(cc_string_d, functions) == sizeof(void *));
MUST_HOLD(sizeof(cc_string_d) == 2 * sizeof(void *));
MUST_HOLD(offsetof(cc_credentials_d, data) == 0);
MUST_HOLD(offsetof(cc_credentials_d, functions) == sizeof(void *));
MUST_HOLD(sizeof(cc_credentials_d) == 2 * sizeof(void *));

/* 2.4: LP64, then ILP32. */
#define LP64 (sizeof(void *) == 8)
#define AT(type, member, lp64, ilp32) MUST_HOLD(offsetof(type, member) == (LP64 ? (lp64) : (ilp32)))
#define SIZE(type, lp64, ilp32) MUST_HOLD(sizeof(type) == (LP64 ? (lp64) : (ilp32)))

AT(cc_data, type, 0, 0);
AT(cc_data, length, 4, 4);
AT(cc_data, data, 8, 8);
SIZE(cc_data, 16, 12);

AT(cc_credentials_v5_t, client, 0, 0);
AT(cc_credentials_v5_t, server, 8, 4);
AT(cc_credentials_v5_t, keyblock, 16, 8);
AT(cc_credentials_v5_t, authtime, 32, 20);
AT(cc_credentials_v5_t, starttime, 36, 24);
AT(cc_credentials_v5_t, endtime, 40, 28);
AT(cc_credentials_v5_t, renew_till, 44, 32);
AT(cc_credentials_v5_t, is_skey, 48, 36);
AT(cc_credentials_v5_t, ticket_flags, 52, 40);
AT(cc_credentials_v5_t, addresses, 56, 44);
AT(cc_credentials_v5_t, ticket, 64, 48);
AT(cc_credentials_v5_t, second_ticket, 80, 60);
AT(cc_credentials_v5_t, authdata, 96, 72);
SIZE(cc_credentials_v5_t, 104, 76);

AT(cc_credentials_union, version, 0, 0);
AT(cc_credentials_union, credentials, 8, 4);
AT(cc_credentials_union, credentials.credentials_v5, 8, 4);
SIZE(cc_credentials_union, 16, 8);

/* 7: exactly the layout of cc_credentials_v5_t; 16 and 24 bytes of LP64. */
AT(cc_credentials_v5_compat, client, 0, 0);
AT(cc_credentials_v5_compat, server, 8, 4);
AT(cc_credentials_v5_compat, keyblock, 16, 8);
AT(cc_credentials_v5_compat, authtime, 32, 20);
AT(cc_credentials_v5_compat, starttime, 36, 24);
AT(cc_credentials_v5_compat, endtime, 40, 28);
AT(cc_credentials_v5_compat, renew_till, 44, 32);
AT(cc_credentials_v5_compat, is_skey, 48, 36);
AT(cc_credentials_v5_compat, ticket_flags, 52, 40);
AT(cc_credentials_v5_compat, addresses, 56, 44);
AT(cc_credentials_v5_compat, ticket, 64, 48);
AT(cc_credentials_v5_compat, second_ticket, 80, 60);
AT(cc_credentials_v5_compat, authdata, 96, 72);
SIZE(cc_credentials_v5_compat, 104, 76);
AT(cred_union, cred_type, 0, 0);
AT(cred_union, cred, 8, 4);
SIZE(cred_union, 16, 8);
AT(infoNC, name, 0, 0);
AT(infoNC, principal, 8, 4);
AT(infoNC, vers, 16, 8);
SIZE(infoNC, 24, 12);

/* 1.1 */
MUST_HOLD(sizeof(cc_int32) == 4 && (cc_int32)-1 < 0);
MUST_HOLD(sizeof(cc_uint32) == 4 && (cc_uint32)-1 > 0);
MUST_HOLD(sizeof(cc_int64) == 8 && (cc_int64)-1 < 0);
MUST_HOLD(sizeof(cc_uint64) == 8 && (cc_uint64)-1 > 0);
MUST_HOLD(sizeof(cc_time_t) == 4 && (cc_time_t)-1 > 0);

/* 1.2 to 1.4 */
MUST_HOLD(ccapi_version_2 == 2 && ccapi_version_3 == 3 && ccapi_version_4 == 4);
MUST_HOLD(ccapi_version_5 == 5 && ccapi_version_6 == 6 && ccapi_version_7 == 7);
MUST_HOLD(ccapi_version_max == 7);
MUST_HOLD(ccNoError == 0 && ccIteratorEnd == 201 && ccErrBadParam == 202 && ccErrNoMem == 203);
MUST_HOLD(ccErrInvalidContext == 204 && ccErrInvalidCCache == 205 && ccErrInvalidString == 206);
MUST_HOLD(ccErrInvalidCredentials == 207 && ccErrInvalidCCacheIterator == 208);
MUST_HOLD(ccErrInvalidCredentialsIterator == 209 && ccErrInvalidLock == 210);
MUST_HOLD(ccErrBadName == 211 && ccErrBadCredentialsVersion == 212 && ccErrBadAPIVersion == 213);
MUST_HOLD(ccErrContextLocked == 214 && ccErrContextUnlocked == 215);
MUST_HOLD(ccErrCCacheLocked == 216 && ccErrCCacheUnlocked == 217 && ccErrBadLockType == 218);
MUST_HOLD(ccErrNeverDefault == 219 && ccErrCredentialsNotFound == 220);
MUST_HOLD(ccErrCCacheNotFound == 221 && ccErrContextNotFound == 222);
MUST_HOLD(ccErrServerUnavailable == 223 && ccErrServerInsecure == 224);
MUST_HOLD(ccErrServerCantBecomeUID == 225 && ccErrTimeOffsetNotSet == 226);
MUST_HOLD(ccErrBadInternalMessage == 227 && ccErrNotImplemented == 228);
MUST_HOLD(ccErrClientNotFound == 229);
MUST_HOLD(cc_credentials_v5 == 2);
MUST_HOLD(cc_lock_read == 0 && cc_lock_write == 1 && cc_lock_upgrade == 2);
MUST_HOLD(cc_lock_downgrade == 3 && cc_lock_noblock == 0 && cc_lock_block == 1);
MUST_HOLD(CC_API_VER_2 == 2 && CC_CRED_UNKNOWN == 0 && CC_CRED_V5 == 1 && CC_CRED_MAX == 2);
MUST_HOLD(CC_LOCK_UNLOCK == 1 && CC_LOCK_READER == 2 && CC_LOCK_WRITER == 3);
MUST_HOLD(CC_LOCK_NOBLOCK == 16 && KRB_NAME_SZ == 40 && KRB_INSTANCE_SZ == 40);
MUST_HOLD(KRB_REALM_SZ == 40 && CC_NOERROR == 0 && CC_BADNAME == 1 && CC_NOTFOUND == 2);
MUST_HOLD(CC_END == 3 && CC_IO == 4 && CC_WRITE == 5 && CC_NOMEM == 6 && CC_FORMAT == 7);
MUST_HOLD(CC_LOCKED == 8 && CC_BAD_API_VERSION == 9 && CC_NO_EXIST == 10 && CC_NOT_SUPP == 11);
MUST_HOLD(CC_BAD_PARM == 12 && CC_ERR_CACHE_ATTACH == 13 && CC_ERR_CACHE_RELEASE == 14);
MUST_HOLD(CC_ERR_CACHE_FULL == 15 && CC_ERR_CRED_VERSION == 16);

#endif
