// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/command.hpp>
#include <costrand/rps/errc.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::rps;

TEST_CASE("commands are the texts of the reference client") {
    const core::secret password("P@ssw0rd");
    CHECK(make_activate("lab-acm")->text.reveal() == "activate --profile lab-acm");
    CHECK(make_deactivate(password, false)->text.reveal() == "deactivate --password P@ssw0rd");
    CHECK(make_deactivate(password, true)->text.reveal() == "deactivate --password P@ssw0rd -f");
    const auto maintenance = [&](maintenance_task what) {
        return std::string(make_maintenance(password, what, false)->text.reveal());
    };
    CHECK(maintenance(maintenance_task::sync_time) == "maintenance -password P@ssw0rd --synctime");
    CHECK(maintenance(maintenance_task::sync_hostname) ==
          "maintenance -password P@ssw0rd --synchostname");
    CHECK(maintenance(maintenance_task::sync_ip) == "maintenance -password P@ssw0rd --syncip");
    CHECK(maintenance(maintenance_task::sync_device_info) ==
          "maintenance -password P@ssw0rd --syncdeviceinfo");
    CHECK(make_maintenance(password, maintenance_task::sync_time, true)->text.reveal() ==
          "maintenance -password P@ssw0rd --synctime -f");
    CHECK(make_change_password(password, core::secret("N3w"), false)->text.reveal() ==
          "maintenance -password P@ssw0rd --changepassword N3w");
    CHECK(make_change_password(password, core::secret(), true)->text.reveal() ==
          "maintenance -password P@ssw0rd --changepassword -f");
}

TEST_CASE("a profile name with a blank is refused before anything is opened") {
    CHECK(make_activate("my profile").error() == errc::unsendable_profile);
    CHECK(make_activate(" p").error() == errc::unsendable_profile);
    CHECK(make_activate("p ").error() == errc::unsendable_profile);
    CHECK(make_activate("").error() == errc::unsendable_profile);
    CHECK(make_activate("-p").error() == errc::unsendable_profile);
    CHECK(make_activate("my-profile").has_value());
    CHECK(exit_code(errc::unsendable_profile) == 21);
}

TEST_CASE("a password with a blank is refused where it is part of the command") {
    CHECK(make_deactivate(core::secret("a b"), false).error() == errc::unsendable_password);
    CHECK(make_deactivate(core::secret(), false).error() == errc::unsendable_password);
    CHECK(make_maintenance(core::secret("-x"), maintenance_task::sync_ip, false).error() ==
          errc::unsendable_password);
    CHECK(make_change_password(core::secret("a"), core::secret("b c"), false).error() ==
          errc::unsendable_password);
    CHECK(exit_code(errc::unsendable_password) == 23);
}
