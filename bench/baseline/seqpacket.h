/* SPDX-License-Identifier: Apache-2.0 */
/* What the wire costs without any framework: blocking C, one thread an end, APF's messages of one
   channel over a SEQPACKET socket pair. */
#ifndef COSTRAND_BENCH_BASELINE_SEQPACKET_H
#define COSTRAND_BENCH_BASELINE_SEQPACKET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sends `count` CHANNEL_DATA messages of `payload` bytes within a window of `window` bytes, which
   the receiver credits when half of it is owed or the sender would stall. Gives the nanoseconds of
   CPU that both ends used together, and in *messages how many messages of both kinds there were;
   0 when the system refuses a call. */
uint64_t baseline_seqpacket(size_t payload, uint32_t window, uint64_t count, uint64_t *messages);

#ifdef __cplusplus
}
#endif

#endif
