/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the user's Kerberos credential caches, the default one first; without any, the name that the
   first one will have. */
#include <CredentialsCache.h>

#include <stdio.h>

static int print_name(cc_ccache_t ccache) {
    cc_string_t name;
    const cc_int32 error = cc_ccache_get_name(ccache, &name);
    if (error == ccNoError) {
        puts(name->data);
        cc_string_release(name);
    }
    cc_ccache_release(ccache);
    return error;
}

int main(void) {
    cc_context_t context;
    cc_ccache_iterator_t iterator;
    cc_ccache_t ccache;
    cc_string_t name;
    cc_int32 error;
    int count = 0;

    if (cc_initialize(&context, ccapi_version_max, NULL, NULL) != ccNoError)
        return 1;
    error = cc_context_new_ccache_iterator(context, &iterator);
    while (error == ccNoError && (error = cc_ccache_iterator_next(iterator, &ccache)) == ccNoError) {
        error = print_name(ccache);
        ++count;
    }
    if (count == 0 && cc_context_get_default_ccache_name(context, &name) == ccNoError) {
        puts(name->data);
        cc_string_release(name);
    }
    if (error != ccIteratorEnd)
        fprintf(stderr, "error %d\n", (int)error);
    else
        cc_ccache_iterator_release(iterator);
    cc_context_release(context);
    return error == ccIteratorEnd ? 0 : 1;
}
