// SPDX-License-Identifier: Apache-2.0
// Frames of the CCAPI pipe: what is one, is exactly what we write of it.
#include "fuzz.hpp"

#include <costrand/ccapi/frame.hpp>

#include <algorithm>

using namespace costrand;
using fuzz::demand;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    const auto frame = ccapi::decode_frame(bytes);
    if (!frame)
        return 0;
    demand(frame->payload.size() + ccapi::frame_header_size == size, "all bytes are in the frame");
    demand(std::ranges::equal(ccapi::encode_frame(frame->header, frame->payload), bytes),
           "a frame is the same bytes when it is read and written again");
    return 0;
}
