// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/xml.hpp>

#include "recorded.hpp"

#include <costrand/wsman/namespaces.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;

namespace {

xml_element parsed(std::string_view document, const xml_limits &limits = {}) {
    auto r = parse_xml(document, limits);
    REQUIRE_MESSAGE(r.has_value(), document);
    return *r;
}
boost::system::error_code xml_error(std::string_view document, const xml_limits &limits = {}) {
    auto r = parse_xml(document, limits);
    return r ? boost::system::error_code() : r.error();
}

std::string nested(std::size_t depth) {
    std::string out;
    for (std::size_t n = 0; n < depth; ++n)
        out += "<a>";
    for (std::size_t n = 0; n < depth; ++n)
        out += "</a>";
    return out;
}

} // namespace

TEST_CASE("every recorded reply parses, white space before the declaration included") {
    const auto files = test::data_files("wsman-responses", ".xml");
    CHECK(files.size() == 297);
    std::size_t late = 0;
    for (const auto &path : files) {
        CAPTURE(path);
        const auto text = test::read_file(path);
        late += text[0] != '<' ? 1u : 0u;
        const auto root = parsed(text);
        CHECK(root.is(uri::envelope, "Envelope"));
        CHECK(root.descend({"Header", "MessageID"}) != nullptr);
    }
    CHECK(late == 3); // those of amt/asset
}

TEST_CASE("recorded replies cut at any byte are refused") {
    for (auto name : {"amt/asset/get.xml", "amt/general/pull.xml", "ips/optin/get.xml"}) {
        auto text =
            test::read_file(std::filesystem::path(COSTRAND_TEST_DATA) / "wsman-responses" / name);
        text = std::string(trim_white_space(text));
        CHECK_FALSE(xml_error(text));
        for (std::size_t cut = 0; cut < text.size(); ++cut)
            REQUIRE(xml_error(text.substr(0, cut)).failed());
    }
}

TEST_CASE("names and attributes carry their namespace, whatever the prefix") {
    const auto root = parsed(R"(<p:a xmlns:p="urn:1" xmlns="urn:2" x="1" p:x="2" xml:lang="en">)"
                             R"(<b xmlns:p="urn:3"><p:c/></b><d xmlns=""/><p:e/></p:a>)");
    CHECK(root.is("urn:1", "a"));
    REQUIRE(root.attributes.size() == 3);
    CHECK(root.attributes[0] == xml_attribute{"", "x", "1"});
    CHECK(root.attributes[1] == xml_attribute{"urn:1", "x", "2"});
    CHECK(root.attributes[2] == xml_attribute{std::string(uri::xml), "lang", "en"});
    REQUIRE(root.children.size() == 3);
    CHECK(root.children[0].is("urn:2", "b"));
    CHECK(root.children[0].children.at(0).is("urn:3", "c"));
    CHECK(root.children[1].is("", "d"));
    CHECK(root.children[2].is("urn:1", "e"));
}

TEST_CASE("prefixes without declaration and forbidden declarations are malformed") {
    for (std::string_view text : {"<p:a/>", "<a p:x='1'/>", "<a><b xmlns:p='u'/><p:c/></a>",
                                  "<a xmlns:p=''/>", "<a xmlns:xml='u'/>", "<a xmlns:xmlns='u'/>",
                                  "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>",
                                  "<a:b:c xmlns:a='u'/>", "<:a/>", "<a:/>"}) {
        CAPTURE(text);
        CHECK(xml_error(text) == errc::xml_malformed);
    }
}

TEST_CASE("text that is a name with a known prefix gives its namespace") {
    const auto root = parsed("<a xmlns:p='urn:1'><b> p:Sender </b><c>q:Sender</c><d>p:x y</d>"
                             "<e>Intel(r) AMT: x</e><f>plain</f></a>");
    CHECK(root.children[0].text_ns == "urn:1");
    CHECK(root.children[0].local_value() == "Sender");
    for (auto name : {"c", "d", "e", "f"})
        CHECK(root.child(name)->text_ns.empty());
    CHECK(root.child("c")->local_value() == "q:Sender");
    CHECK(root.child("f")->local_value() == "plain");
}

TEST_CASE("text keeps its white space, layout between elements is dropped") {
    const auto root = parsed("<a>\r\n  <b> x\ty </b>\n  <c>l1\r\nl2\rl3&#13;</c>\n</a>");
    CHECK(root.text.empty());
    CHECK(root.child("b")->text == " x\ty ");
    CHECK(root.child("b")->value() == "x\ty");
    CHECK(root.value("b") == "x\ty");
    CHECK(root.child("c")->text == "l1\nl2\nl3\r");
    CHECK(root.value("nothing").empty());
}

TEST_CASE("entities, character references, CDATA and comments read as XML says") {
    const auto root = parsed("<a b='&lt;&quot;&#65;'>&lt;&gt;&amp;&apos;&quot;&#x20AC;<!-- no -->"
                             "<![CDATA[<&amp;]]></a>");
    CHECK(root.text == "<>&'\"\xe2\x82\xac<&amp;");
    CHECK(*root.attribute("b") == "<\"A");
    CHECK(parsed("<!-- c --><a/><!-- d -->\n").name == "a");
}

TEST_CASE("look-ups find the first child, all children, and a way down") {
    const auto root = parsed("<r xmlns:n='u' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
                             "<n:a>1</n:a><a>2</a><b><c><d>3</d></c></b><z xsi:nil='true'/></r>");
    CHECK(root.child("a")->text == "1");
    CHECK(root.child("", "a")->text == "2");
    CHECK(root.child("x") == nullptr);
    CHECK(root.children_named("a").size() == 2);
    CHECK(root.descend({"b", "c", "d"})->text == "3");
    CHECK(root.descend({"b", "x", "d"}) == nullptr);
    CHECK(root.child("z")->is_nil());
    CHECK_FALSE(root.child("a")->is_nil());
}

TEST_CASE("DOCTYPE, unknown entities and processing instructions are forbidden") {
    for (std::string_view text :
         {"<!DOCTYPE a [<!ENTITY x \"yyyy\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>",
          "<?xml version=\"1.0\"?><!DOCTYPE a><a/>", "<a>&nbsp;</a>", "<a b='&x;'/>",
          "<a><?php x?></a>", "<?pi x?><a/>", "<a/><?pi x?>", "<a><!ELEMENT a ANY></a>"}) {
        CAPTURE(text);
        CHECK(xml_error(text) == errc::xml_forbidden);
    }
}

TEST_CASE("what is not well-formed is malformed, also where PropertyTree would take it") {
    for (std::string_view text : {"",
                                  "  ",
                                  "x",
                                  "<a>1</a><b>2</b>",
                                  "<a><b>1</c></a>",
                                  "<a><b>1</b>",
                                  "<a/>x",
                                  "x<a/>",
                                  "<a b=1/>",
                                  "<a b='1' b='2'/>",
                                  "<p:a xmlns:p='u' xmlns:p='v'/>",
                                  "<a b='<'/>",
                                  "<a b='1'c='2'/>",
                                  "<a b>1</a>",
                                  "<a",
                                  "<a b='1",
                                  "< a/>",
                                  "<1a/>",
                                  "<a/ >",
                                  "</a>",
                                  "<a></b>",
                                  "<a>&</a>",
                                  "<a>&amp</a>",
                                  "<a>&#;</a>",
                                  "<a>&#0;</a>",
                                  "<a>&#xD800;</a>",
                                  "<a>&#x110000;</a>",
                                  "<a>&#99999999999;</a>",
                                  "<a>&#1;</a>",
                                  "<a>&#-1;</a>",
                                  "<a>&#x;</a>",
                                  "<a>]]></a>",
                                  "<a><![CDATA[x</a>",
                                  "<a><!-- x</a>",
                                  "<a><!-- -- --></a>",
                                  "<?xml version='1.0' encoding='UTF-16'?><a/>",
                                  "<?xml encoding='UTF-8'?><a/>",
                                  "<?xml version='2.0'?><a/>",
                                  "<?xml version='1.0'><a/>",
                                  "<a>\x01</a>",
                                  "<a>\xff</a>",
                                  "<a>\xc0\x80</a>",
                                  "<a>\xed\xa0\x80</a>",
                                  "<a>\xe2\x82</a>",
                                  "<a>\xef\xbf\xbf</a>",
                                  "<a>\xf4\x90\x80\x80</a>"}) {
        CAPTURE(text);
        CHECK(xml_error(text) == errc::xml_malformed);
    }
    CHECK(xml_error(std::string("<a>1\0002</a>", 10)) == errc::xml_malformed);
    CHECK_FALSE(xml_error("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>"));
    CHECK_FALSE(xml_error("<?xml version='1.0' standalone='yes' ?>\n<a b = '1' ></a >"));
}

TEST_CASE("size, depth, elements, attributes and names are limited") {
    xml_limits limits;
    CHECK_FALSE(xml_error(nested(30)));
    CHECK(xml_error(nested(31)) == errc::xml_too_large);
    limits.bytes = 10;
    CHECK_FALSE(xml_error("<a>123</a>", limits));
    CHECK(xml_error("<a>1234</a>", limits) == errc::xml_too_large);
    limits = {};
    limits.elements = 3;
    CHECK_FALSE(xml_error("<a><b/><b/></a>", limits));
    CHECK(xml_error("<a><b/><b/><b/></a>", limits) == errc::xml_too_large);
    limits.attributes = 2;
    CHECK_FALSE(xml_error("<a b='' c=''/>", limits));
    CHECK(xml_error("<a b='' c='' d=''/>", limits) == errc::xml_too_large);
    limits.name_bytes = 3;
    CHECK_FALSE(xml_error("<abc/>", limits));
    CHECK(xml_error("<abcd/>", limits) == errc::xml_too_large);
    CHECK(xml_error("<a bcde=''/>", limits) == errc::xml_too_large);
}

TEST_CASE("no mutation of a recorded reply crashes the parser, and what passes can be written") {
    std::uint32_t seed = 1;
    auto next = [&seed](std::size_t below) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % below;
    };
    constexpr std::string_view scraps[] = {"<",    ">",         "</",  "/>",     "\"",  "'",
                                           "&",    ";",         "=",   "xmlns=", "<a>", "</a>",
                                           "<!--", "<![CDATA[", "]]>", ":",      "&#0;"};
    const auto files = test::data_files("wsman-responses", ".xml");
    std::size_t passed = 0;
    for (int round = 0; round < 3000; ++round) {
        auto text = test::read_file(files[next(files.size())]);
        for (auto edits = 1 + next(3); edits > 0; --edits) {
            const auto at = next(text.size());
            const auto what = next(3);
            if (what == 0)
                text[at] = static_cast<char>(next(256));
            else if (what == 1)
                text.erase(at, 1 + next(8));
            else
                text.insert(at, scraps[next(std::size(scraps))]);
        }
        const auto tree = parse_xml(text);
        if (!tree)
            continue;
        ++passed;
        xml_writer to;
        write_tree(to, *tree, {});
        CHECK(to.finish().has_value());
    }
    CHECK(passed > 100);
}

TEST_CASE("what a writer writes is escaped and reads back as it was") {
    const std::string nasty = "a<b>&\"'\r\n\t]]> \xc3\xbc";
    xml_writer to;
    to.open("h:x", {{"xmlns:h", "urn:1"}, {"k", nasty}}).element("h:y", nasty).open("h:z").close();
    const auto text = to.close().finish().value();
    CHECK(text ==
          "<h:x xmlns:h=\"urn:1\" k=\"a&lt;b&gt;&amp;&quot;'&#13;&#10;&#9;]]&gt; \xc3\xbc\">"
          "<h:y>a&lt;b&gt;&amp;\"'&#13;\n\t]]&gt; \xc3\xbc</h:y><h:z></h:z></h:x>");
    const auto root = parsed(text);
    CHECK(*root.attribute("k") == nasty);
    CHECK(root.child("y")->text == nasty);
}

TEST_CASE("text that XML cannot carry is an error of the writer, not a broken document") {
    for (std::string_view value : {"\x01", "\xff", "\xed\xa0\x80", "\xef\xbf\xbe"}) {
        xml_writer to;
        CHECK(to.element("a", value).finish().error() == errc::xml_unwritable);
    }
    xml_writer to;
    CHECK(to.open("a", {{"b", std::string_view("\0", 1)}}).close().finish().error() ==
          errc::xml_unwritable);
}

TEST_CASE("every recorded reply is the same tree after it was written and read again") {
    for (const auto &path : test::data_files("wsman-responses", ".xml")) {
        CAPTURE(path);
        const auto root = parsed(test::read_file(path));
        for (const xml_prefixes &prefixes :
             {xml_prefixes{}, xml_prefixes{{"a", std::string(uri::envelope)}}}) {
            xml_writer to;
            to.open("outer");
            for (const auto &[prefix, ns] : prefixes)
                to.attribute("xmlns:" + prefix, ns);
            write_tree(to, root, prefixes);
            const auto again = parsed(to.close().finish().value());
            // Text that names a prefix is written without the white space around it.
            CHECK(again.children.at(0) == root);
        }
    }
}

TEST_CASE("elements without a namespace stay so inside a default namespace") {
    const auto tree = parsed("<a><b xmlns='urn:1'><c xmlns=''/></b></a>");
    xml_writer to;
    to.open("outer", {{"xmlns", "urn:0"}});
    write_tree(to, tree, {{"", "urn:0"}});
    CHECK(parsed(to.close().finish().value()).children.at(0) == tree);
}
