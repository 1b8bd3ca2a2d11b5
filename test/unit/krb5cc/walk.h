/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of a user, in C: each gives the line of walk.c that failed, or 0. The server's collection
   is empty before, and after. Compiled twice: as C99 and as C++. */
#ifndef COSTRAND_TEST_KRB5CC_WALK_H
#define COSTRAND_TEST_KRB5CC_WALK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Every member of every table. */
int walk_v3_c99(void);
int walk_v3_cxx(void);
/* Every call of version 2. */
int walk_v2_c99(void);
int walk_v2_cxx(void);

#ifdef __cplusplus
}
#endif

#endif
