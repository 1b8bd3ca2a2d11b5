/* SPDX-License-Identifier: Apache-2.0 */
#include "seqpacket.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { data_header = 9, adjust_size = 9, largest = 65536, number_data = 94, number_adjust = 93 };

static void put32(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t process_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct receiver {
    int fd;
    uint32_t window;
    size_t payload;
    uint64_t count, adjusts;
    int failed;
};

static void *receive_all(void *arg) {
    struct receiver *r = arg;
    static uint8_t message[largest];
    uint32_t owed = 0;
    for (uint64_t i = 0; i < r->count; ++i) {
        ssize_t n = recv(r->fd, message, sizeof message, 0);
        if (n < data_header || message[0] != number_data) {
            r->failed = 1;
            break;
        }
        owed += get32(message + 5);
        if (owed * 2 >= r->window || r->window - owed < r->payload) {
            uint8_t adjust[adjust_size] = {number_adjust};
            put32(adjust + 5, owed);
            owed = 0;
            ++r->adjusts;
            if (send(r->fd, adjust, sizeof adjust, 0) != (ssize_t)sizeof adjust) {
                r->failed = 1;
                break;
            }
        }
    }
    return NULL;
}

static int send_all(int fd, size_t payload, uint32_t window, uint64_t count) {
    static uint8_t message[largest];
    uint32_t credit = window;
    memset(message, 0x5a, sizeof message);
    message[0] = number_data;
    put32(message + 1, 0);
    put32(message + 5, (uint32_t)payload);
    for (uint64_t i = 0; i < count; ++i) {
        while (credit < payload) {
            uint8_t adjust[adjust_size];
            if (recv(fd, adjust, sizeof adjust, 0) != (ssize_t)sizeof adjust)
                return -1;
            credit += get32(adjust + 5);
        }
        if (send(fd, message, data_header + payload, 0) != (ssize_t)(data_header + payload))
            return -1;
        credit -= (uint32_t)payload;
    }
    return 0;
}

uint64_t baseline_seqpacket(size_t payload, uint32_t window, uint64_t count, uint64_t *messages) {
    int fds[2];
    if (payload + data_header > largest || payload > window ||
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) != 0)
        return 0;
    struct receiver r = {fds[1], window, payload, count, 0, 0};
    pthread_t thread;
    const uint64_t start = process_cpu();
    if (pthread_create(&thread, NULL, receive_all, &r) != 0)
        return 0;
    const int failed = send_all(fds[0], payload, window, count);
    pthread_join(thread, NULL);
    const uint64_t used = process_cpu() - start;
    close(fds[0]);
    close(fds[1]);
    *messages = count + r.adjusts;
    return failed || r.failed ? 0 : used;
}
