// SPDX-License-Identifier: Apache-2.0
// Logs, asset tables and alarms by their methods.
#include "wsman_bench.hpp"

#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

constexpr std::string_view common = "http://schemas.dmtf.org/wbem/wscim/1/common";

struct wake_up {
    std::string id = "Wake";
    std::string start = "2026-12-24T06:30:00Z";
    std::string interval = "P1DT2H3M";
    std::string deletes = "true";
};

struct log_bench : wsman_bench {
    log_bench() { activate(); }

    wsman::soap_reply call(std::string_view name, std::string_view method, std::string_view in) {
        return ask(invoke(name, method, in));
    }
    static std::string element(std::string_view name, std::string_view value) {
        return "<h:" + std::string(name) + ">" + std::string(value) + "</h:" + std::string(name) +
               ">";
    }
    static std::vector<std::string> texts(const wsman::soap_reply &reply, std::string_view name) {
        std::vector<std::string> out;
        for (const auto *one : reply.body->children_named(name))
            out.emplace_back(one->value());
        return out;
    }
    wsman::soap_reply audit(std::string_view start) {
        return call("AMT_AuditLog", "ReadRecords", element("StartIndex", start));
    }
    wsman::soap_reply messages(std::string_view from, std::string_view most) {
        return call("AMT_MessageLog", "GetRecords",
                    element("IterationIdentifier", from) + element("MaxReadRecords", most));
    }
    wsman::soap_reply table(std::string_view method, std::string_view id) {
        return call("AMT_AssetTableService", method, element("TableID", id));
    }
    // As wsman.md 12 has it: the template's children are in the occurrence's namespace.
    wsman::soap_reply add(const wake_up &a, std::string_view more = {}) {
        const auto part = [](std::string_view name, const std::string &value) {
            return "<s:" + std::string(name) + ">" + value + "</s:" + std::string(name) + ">";
        };
        const auto held = [](std::string_view name, const std::string &value) {
            const std::string inner(name);
            return "<c:" + inner + " xmlns:c=\"" + std::string(common) + "\">" + value +
                   "</c:" + inner + ">";
        };
        std::string parts = part("InstanceID", a.id) + part("ElementName", a.id) +
                            part("StartTime", held("Datetime", a.start));
        if (!a.interval.empty())
            parts += part("Interval", held("Interval", a.interval));
        parts += part("DeleteOnCompletion", a.deletes);
        return call("AMT_AlarmClockService", "AddAlarm",
                    "<h:AlarmTemplate xmlns:s=\"" + resource("IPS_AlarmClockOccurrence") + "\">" +
                        parts + std::string(more) + "</h:AlarmTemplate>");
    }
    bool takes(const wake_up &a) {
        const auto reply = add(a);
        CHECK((!reply.fault || fault_tells(reply, "InvalidValues")));
        return !reply.fault;
    }
};

} // namespace

TEST_CASE("the audit log is read from any record to its end, as recorded") {
    log_bench b;
    const auto all = b.audit("1");
    CHECK(all.return_value() == 0u);
    CHECK(all.body->value("TotalRecordCount") == "2");
    CHECK(all.body->value("RecordsReturned") == "2");
    CHECK(b.texts(all, "EventRecords") ==
          std::vector<std::string>{"ABMAAAI/9M1uAgAQAAwAAAAoBZkADAAAACQFlA==",
                                   "ABMAAAI/9M1vAgAQAAwAAAAoBZkADAAAACQFlA=="});
    const auto last = b.audit("2");
    CHECK(last.body->value("RecordsReturned") == "1");
    CHECK(b.texts(last, "EventRecords").size() == 1);
    for (const auto *bad : {"0", "3", "x"})
        CHECK(b.audit(bad).return_value() == 35u);
}

TEST_CASE("the message log is read record by record, or as a whole, as recorded") {
    log_bench b;
    const auto first = b.ask(invoke("AMT_MessageLog", "PositionToFirstRecord", ""));
    CHECK(first.return_value() == 0u);
    CHECK(first.body->value("IterationIdentifier") == "1");
    const auto all = b.messages("1", "390");
    CHECK(all.body->value("IterationIdentifier") == "3");
    CHECK(all.body->value("NoMoreRecords") == "true");
    CHECK(b.texts(all, "RecordArray") == std::vector<std::string>{"Y8iYZf8GbwVoEP8mYaoKAAAAAAAA",
                                                                  "IgYBZf8PbwJoAf8iAEAHAAAAAAAA",
                                                                  "IgYBZf8PbwJoAf8iAEAHAAAAAAAA"});
    const auto one = b.messages("1", "1");
    CHECK(one.body->value("NoMoreRecords") == "false");
    CHECK(one.body->value("IterationIdentifier") == "2");
    CHECK(b.texts(one, "RecordArray").size() == 1);
    const auto rest = b.messages("2", "390");
    CHECK(rest.body->value("NoMoreRecords") == "true");
    CHECK(b.texts(rest, "RecordArray").size() == 2);
    CHECK(b.messages("4", "390").return_value() == 2u);
    for (const auto *bad : {"0", "391", "all"})
        CHECK(b.messages("1", bad).fault->is(wsman::uri::wsman, "InvalidParameter"));
}

TEST_CASE("asset tables are told as their instances have them") {
    log_bench b;
    for (const auto &one : b.all("AMT_AssetTable")) {
        const auto id = one.value("TableID");
        CHECK(b.table("GetAssetTableData", id).body->value("TableData") == one.value("TableData"));
        CHECK(b.table("GetAssetTableSize", id).body->value("TableSize") == one.value("TableSize"));
        CHECK(b.table("GetAssetTableSize", id).return_value() == 0u);
    }
    CHECK(b.table("GetAssetTableData", "7").return_value() == 36u);
}

TEST_CASE("an alarm is listed until it is deleted") {
    log_bench b;
    const auto made = b.add(wake_up());
    CHECK(made.return_value() == 0u);
    CHECK(created(made, "AlarmClock") == "Wake");
    const auto listed = b.all("IPS_AlarmClockOccurrence");
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].value("InstanceID") == "Wake");
    const auto *start = listed[0].child("StartTime");
    REQUIRE(start);
    REQUIRE(start->children.size() == 1);
    CHECK(start->children[0].is(common, "Datetime"));
    CHECK(start->children[0].value() == "2026-12-24T06:30:00Z");
    CHECK(listed[0].child("Interval")->children.at(0).value() == "P1DT2H3M");
    CHECK(b.add(wake_up()).fault->is(wsman::uri::wsman, "AlreadyExists"));
    CHECK_FALSE(b.ask(delete_of("IPS_AlarmClockOccurrence", "InstanceID", "Wake")).fault);
    CHECK(b.all("IPS_AlarmClockOccurrence").empty());
}

TEST_CASE("there are five alarms at most") {
    log_bench b;
    wake_up a;
    for (int i = 0; i < 5; ++i) {
        a.id = "Alarm " + std::to_string(i);
        CHECK(b.takes(a));
    }
    a.id = "Alarm 5";
    CHECK(b.add(a).fault->is(wsman::uri::wsman, "QuotaLimit"));
}

TEST_CASE("an alarm has a time, perhaps an interval, and says whether it stays") {
    log_bench b;
    int n = 0;
    const auto takes = [&](wake_up a) {
        a.id = std::to_string(n++);
        const bool taken = b.takes(a);
        if (taken)
            (void)b.ask(delete_of("IPS_AlarmClockOccurrence", "InstanceID", a.id));
        return taken;
    };
    const auto at = [](std::string_view start) {
        wake_up a;
        a.start = start;
        return a;
    };
    const auto every = [](std::string_view interval) {
        wake_up a;
        a.interval = interval;
        return a;
    };
    CHECK(takes(at("2026-12-24T06:30:00"))); // a public client sends no Z
    for (const auto *bad :
         {"", "2026-12-24", "2026-12-24T06:30", "24.12.2026 06:30:00", "2026-12-24T06:30:00+01:00"})
        CHECK_FALSE(takes(at(bad)));
    for (const auto *good : {"", "P1D", "PT2H", "PT3M", "P1DT3M"})
        CHECK(takes(every(good)));
    for (const auto *bad : {"P", "PT", "1D", "P1DT", "PT3M2H", "P1Y"})
        CHECK_FALSE(takes(every(bad)));
    wake_up unsure;
    unsure.deletes = "perhaps";
    CHECK_FALSE(takes(unsure));
    unsure.deletes = "false";
    CHECK(takes(unsure));
}

TEST_CASE("an alarm without a name, with another element, or in another namespace is refused") {
    log_bench b;
    wake_up nameless;
    nameless.id.clear();
    CHECK(fault_tells(b.add(nameless), "MissingValues"));
    CHECK(b.add(wake_up(), "<s:Volume>11</s:Volume>")
              .fault->is(wsman::uri::wsman, "SchemaValidationError"));
    CHECK(b.add(wake_up(), "<h:ElementName>x</h:ElementName>")
              .fault->is(wsman::uri::wsman, "SchemaValidationError"));
    CHECK(fault_tells(b.call("AMT_AlarmClockService", "AddAlarm", ""), "MissingValues"));
    CHECK(b.all("IPS_AlarmClockOccurrence").empty());
}
