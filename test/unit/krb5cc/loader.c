/* SPDX-License-Identifier: Apache-2.0 */
/* loader LIBRARY: a program that loads the library and closes it, again and again, with threads
   that end and forks behind it. Exit status: 0, or the number of what failed. */
#include <CredentialsCache.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *library;

typedef cc_int32 (*initialize_call)(cc_context_t *, cc_int32, cc_int32 *, char const **);

/* Opens the ccache that stands there, between dlopen and dlclose. */
static int one_visit(void) {
    void *const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    initialize_call initialize = NULL;
    void *symbol = NULL;
    cc_context_t context = NULL;
    cc_ccache_t ccache = NULL;
    cc_ccache_iterator_t iterator = NULL;
    if (!handle)
        return 1;
    symbol = dlsym(handle, "cc_initialize");
    memcpy(&initialize, &symbol, sizeof(symbol));
    if (!symbol || initialize(&context, ccapi_version_7, NULL, NULL) != ccNoError)
        return 2;
    if (cc_context_open_ccache(context, "one", &ccache) != ccNoError)
        return 3;
    if (cc_context_new_ccache_iterator(context, &iterator) != ccNoError)
        return 4;
    if (cc_ccache_iterator_release(iterator) != ccNoError ||
        cc_ccache_release(ccache) != ccNoError || cc_context_release(context) != ccNoError)
        return 5;
    return dlclose(handle) == 0 ? 0 : 6;
}

static void *in_thread(void *result) {
    *(int *)result = one_visit();
    return NULL;
}

static int in_child(void) {
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(one_visit());
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return 7;
    return WEXITSTATUS(status);
}

static int open_descriptors(void) {
    int count = 0, fd;
    for (fd = 0; fd < 1024; ++fd)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static int one_round(void) {
    pthread_t thread;
    int result = 0;
    /* The end of the thread comes behind the last dlclose. */
    if (pthread_create(&thread, NULL, in_thread, &result) != 0 || pthread_join(thread, NULL) != 0)
        return 8;
    if (result == 0)
        result = in_child();
    if (result == 0)
        result = one_visit();
    return result;
}

int main(int count, char **words) {
    int round, before = 0;
    if (count != 2)
        return 10;
    library = words[1];
    for (round = 0; round < 20; ++round) {
        const int result = one_round();
        if (result != 0)
            return result;
        if (round == 0)
            before = open_descriptors();
    }
    return open_descriptors() == before ? 0 : 9;
}
