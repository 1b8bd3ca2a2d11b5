/* SPDX-License-Identifier: Apache-2.0 */
/* A program as others write them: it opens /dev/mei0, knows the driver's ioctl and nothing of a
 * simulation. The argument names what it tries; it exits with 0 when all was as on a real device,
 * else it says what was not. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECT 0xC0104801UL

static const unsigned char amthi[16] = {0x28, 0x00, 0xf8, 0x12, 0xb7, 0xb4, 0x2d, 0x4b,
                                        0xac, 0xa8, 0x46, 0xe0, 0xff, 0x65, 0x81, 0x4c};
/* Get control mode: version 1.1, command 0x6b, no data (docs/spec/heci.md 8 and 9). */
static const unsigned char ask_mode[12] = {1, 1, 0, 0, 0x6b, 0, 0, 4, 0, 0, 0, 0};

static void must(int holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "probe: %s (errno %d, %s)\n", what, errno, strerror(errno));
    exit(1);
}

static int open_device(int flags) {
    const int fd = open("/dev/mei0", O_RDWR | O_CLOEXEC | flags);
    must(fd >= 0, "open");
    return fd;
}

static unsigned connect_to(int fd, const unsigned char *client) {
    unsigned char data[16];
    memcpy(data, client, sizeof data);
    must(ioctl(fd, CONNECT, data) == 0, "connect");
    must(data[4] == 1, "the protocol version is 1");
    return (unsigned)data[0] | (unsigned)data[1] << 8 | (unsigned)data[2] << 16 |
           (unsigned)data[3] << 24;
}

static unsigned char wanted_mode;

static void check_mode_reply(const unsigned char *reply, ssize_t n) {
    static const unsigned char head[8] = {1, 1, 0, 0, 0x6b, 0, 0x80, 4};
    must(n == 20, "the reply has 20 bytes");
    must(memcmp(reply, head, sizeof head) == 0, "it answers the command");
    must(memcmp(reply + 12, "\0\0\0\0", 4) == 0, "its status is 0");
    must(reply[16] == wanted_mode, "it is in the control mode that is expected");
}

static void talk(int fd) {
    unsigned char reply[8192];
    must(write(fd, ask_mode, sizeof ask_mode) == sizeof ask_mode, "write");
    struct pollfd wait = {fd, POLLIN, 0};
    must(poll(&wait, 1, 5000) == 1 && wait.revents == POLLIN, "poll");
    check_mode_reply(reply, read(fd, reply, sizeof reply));
}

static int device(void) {
    const int fd = open_device(0);
    must(connect_to(fd, amthi) >= 512, "the largest message is told");
    return fd;
}

static void try_mode(void) { talk(device()); }

static void try_client_mode(void) {
    wanted_mode = 1;
    talk(device());
}

static void try_refusals(void) {
    const int empty = device();
    must(write(empty, ask_mode, 0) == 0, "an empty write is nothing");
    talk(empty);
    unsigned char data[16];
    const int fd = device();
    memcpy(data, amthi, sizeof data);
    must(ioctl(fd, CONNECT, data) == -1 && errno == EBUSY, "a second connect is EBUSY");
    talk(fd);
    const int other = open_device(0);
    memset(data, 0x11, sizeof data);
    must(ioctl(other, CONNECT, data) == -1 && errno == ENOTTY, "an unknown client is ENOTTY");
    must(ioctl(other, CONNECT, (void *)8) == -1 && errno == EFAULT, "a bad pointer is EFAULT");
    must(ioctl(other, 0x40044802UL, data) == -1 && errno == ENOTTY, "other ioctls are ENOTTY");
    talk(device());
}

static void try_dup(void) {
    const int first = open_device(0);
    const int second = dup(first);
    close(first);
    connect_to(second, amthi);
    talk(second);
}

static void try_fork(void) {
    const int fd = device();
    const pid_t child = fork();
    if (child == 0) {
        talk(fd);
        talk(device());
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    must(status == 0, "the child talks on the parent's descriptor and on its own");
    talk(fd);
}

static void send_fd(int socket, int fd) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {0};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    must(sendmsg(socket, &message, 0) == 1, "sendmsg");
}

static int receive_fd(int socket) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {0};
    int fd = -1;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    must(recvmsg(socket, &message, 0) == 1, "recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static void try_pass(void) {
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "socketpair");
    const pid_t child = fork();
    if (child == 0) {
        const int fd = receive_fd(ends[1]);
        connect_to(fd, amthi);
        talk(fd);
        _exit(0);
    }
    const int fd = open_device(0);
    send_fd(ends[0], fd);
    close(fd);
    int status = 0;
    waitpid(child, &status, 0);
    must(status == 0, "the child connects a descriptor that it was sent");
}

static void try_epoll(void) {
    const int fd = open_device(O_NONBLOCK);
    connect_to(fd, amthi);
    unsigned char reply[8192];
    must(read(fd, reply, sizeof reply) == -1 && errno == EAGAIN, "nothing to read is EAGAIN");
    const int poller = epoll_create1(0);
    struct epoll_event event = {EPOLLIN | EPOLLET, {0}};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
    for (int i = 0; i < 3; ++i) {
        must(write(fd, ask_mode, sizeof ask_mode) == sizeof ask_mode, "write");
        must(epoll_wait(poller, &event, 1, 5000) == 1, "an edge for each reply");
        check_mode_reply(reply, read(fd, reply, sizeof reply));
    }
}

static void *thread_main(void *unused) {
    for (int i = 0; i < 20; ++i) {
        const int fd = device();
        talk(fd);
        close(fd);
    }
    return unused;
}

static void try_threads(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; ++i)
        must(pthread_create(&threads[i], NULL, thread_main, NULL) == 0, "pthread_create");
    for (int i = 0; i < 8; ++i)
        pthread_join(threads[i], NULL);
}

static void try_paths(void) {
    struct stat s;
    must(stat("/dev/mei0", &s) == 0 && S_ISCHR(s.st_mode), "stat tells a character device");
    must(lstat("/dev/mei0", &s) == 0, "lstat");
    must(access("/dev/mei0", R_OK | W_OK) == 0, "access");
    must(access("/dev/no-such-node", F_OK) == -1 && errno == ENOENT, "other paths are untouched");
    must(chdir("/dev") == 0, "chdir");
    const int fd = open("./../dev/mei0", O_RDWR);
    must(fd >= 0, "a relative path");
    connect_to(fd, amthi);
    talk(fd);
    char kind[8] = {0};
    const int sysfs = open("/sys/class/mei/mei0/kind", O_RDONLY);
    must(sysfs >= 0 && read(sysfs, kind, 7) == 4 && strcmp(kind, "mei\n") == 0, "its kind is mei");
    must(open("", O_RDONLY) == -1 && errno == ENOENT, "an empty path");
    must(open((const char *)8, O_RDONLY) == -1 && errno == EFAULT, "a path that cannot be read");
}

static void try_closes(void) {
    for (int i = 0; i < 2000; ++i) {
        const int fd = open_device(0);
        if (i % 3 == 0)
            connect_to(fd, amthi);
        close(fd);
    }
    talk(device());
}

/* Under a fault "reset-on-send nth 2 on amthi". */
static void try_reset(void) {
    unsigned char reply[8192];
    const int fd = device();
    talk(fd);
    must(write(fd, ask_mode, sizeof ask_mode) == -1 && errno == ENODEV, "write: ENODEV");
    must(read(fd, reply, sizeof reply) == -1 && errno == ENODEV, "read: ENODEV");
    struct pollfd wait = {fd, POLLIN, 0};
    must(poll(&wait, 1, 5000) == 1 && (wait.revents & POLLERR) != 0, "poll: POLLERR");
    const int poller = epoll_create1(0);
    struct epoll_event event = {EPOLLIN | EPOLLET, {0}};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
    must(epoll_wait(poller, &event, 1, 5000) == 1 && (event.events & EPOLLERR) != 0,
         "epoll_wait: EPOLLERR");
    must(write(fd, ask_mode, sizeof ask_mode) == -1 && errno == ENODEV, "it stays dead");
    close(fd);
    for (int i = 0; i < 20; ++i) { /* an inode of old must not be taken for the dead one */
        int ends[2];
        must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "socketpair");
        must(write(ends[0], "a", 1) == 1 && read(ends[1], reply, 1) == 1, "other descriptors");
        close(ends[0]);
        close(ends[1]);
    }
    talk(device());
}

/* Under a fault "reset-before-reply on amthi". */
static void try_blocked(void) {
    unsigned char reply[8192];
    const int fd = device();
    must(write(fd, ask_mode, sizeof ask_mode) == sizeof ask_mode, "write");
    must(read(fd, reply, sizeof reply) == -1 && errno == ENODEV, "a read that waits: ENODEV");
    talk(device());
}

/* Under the faults "connect-fails errno EBUSY; read-fails errno EINTR; write-fails errno EAGAIN". */
static void try_ordered(void) {
    unsigned char data[16], reply[8192];
    const int fd = open_device(0);
    memcpy(data, amthi, sizeof data);
    must(ioctl(fd, CONNECT, data) == -1 && errno == EBUSY, "connect: EBUSY");
    connect_to(fd, amthi);
    must(write(fd, ask_mode, sizeof ask_mode) == -1 && errno == EAGAIN, "write: EAGAIN");
    must(write(fd, ask_mode, sizeof ask_mode) == sizeof ask_mode, "write again");
    must(read(fd, reply, sizeof reply) == -1 && errno == EINTR, "read: EINTR");
    check_mode_reply(reply, read(fd, reply, sizeof reply));
    static const char large[1 << 16];
    must(write(fd, large, sizeof large) == -1 && errno == EFBIG,
         "more than the firmware takes: EFBIG");
    void *volatile nowhere = (void *)8;
    must(write(fd, nowhere, 12) == -1 && errno == EFAULT, "a bad pointer: EFAULT");
    const int other = open_device(0);
    must(write(other, ask_mode, sizeof ask_mode) == -1 && errno == ENODEV,
         "without a connection: ENODEV");
    talk(fd);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"mode", try_mode},   {"refusals", try_refusals}, {"dup", try_dup},
               {"fork", try_fork},   {"pass", try_pass},         {"epoll", try_epoll},
               {"threads", try_threads}, {"paths", try_paths},   {"closes", try_closes},
               {"reset", try_reset}, {"blocked", try_blocked},   {"ordered", try_ordered},
               {"client-mode", try_client_mode}};
    for (size_t i = 0; argc == 2 && i < sizeof all / sizeof all[0]; ++i)
        if (strcmp(all[i].name, argv[1]) == 0) {
            all[i].run();
            return 0;
        }
    fprintf(stderr, "probe: no such try\n");
    return 2;
}
