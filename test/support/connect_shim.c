// SPDX-License-Identifier: Apache-2.0
// Loaded into a stock Heimdal program (LD_PRELOAD): its KCM socket, which is compiled in (kcm.md 1),
// is the one that COSTRAND_KCM_SOCKET names. Every other connect() is as it was.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char heimdals_path[] = "/var/run/.heim_org.h5l.kcm-socket";

int connect(int fd, const struct sockaddr *to, socklen_t size) {
    int (*next)(int, const struct sockaddr *, socklen_t);
    *(void **)&next = dlsym(RTLD_NEXT, "connect");
    const char *path = getenv("COSTRAND_KCM_SOCKET");
    if (path == NULL || to->sa_family != AF_UNIX ||
        strcmp(((const struct sockaddr_un *)to)->sun_path, heimdals_path) != 0)
        return next(fd, to, size);
    struct sockaddr_un other = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof other.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(other.sun_path, path);
    return next(fd, (const struct sockaddr *)&other, sizeof other);
}
