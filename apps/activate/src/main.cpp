// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/program.hpp>

int main(int argc, char **argv) {
    return costrand::activate::run_program(argc, argv, "costrand-activate");
}
