#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "object/box.hpp"
#include "settings.hpp"

using sideman::Atoms;

TEST_CASE("attributes are what the table names as initial") {
    Box box;
    CHECK(box.object.attribute("host") == atoms({"127.0.0.1"}));
    CHECK(box.object.attribute("port") == Atoms{7000.0});
    CHECK(box.object.attribute("bundle") == atoms({""}));
    CHECK(box.object.attribute("stems") == atoms({"bass", "drums"}));
    CHECK(box.object.attribute("step") == atoms({"auto"}));
    CHECK(box.object.attribute("lead") == atoms({"auto"}));
    CHECK(box.object.attribute("margin") == atoms({"normal"}));
    CHECK(box.object.attribute("latency") == Atoms{0.0});
    CHECK(box.object.attribute("gain") == Atoms{1.0});
    CHECK(box.object.attribute("bypass") == Atoms{0.0});
    CHECK(box.object.attribute("nonsense").empty());
}

TEST_CASE("every attribute of the table can be set to what it is") {
    Box box;
    for (std::size_t i = 0; i < sideman::attribute_count; ++i) {
        const std::string name = sideman::attributes[i].name;
        const Atoms before = box.object.attribute(name);
        CHECK(box.object.message(name, before) == "");
        CHECK(box.object.attribute(name) == before);
    }
}

TEST_CASE("attributes take what fits") {
    Box box;
    const std::vector<std::pair<std::string, Atoms>> good = {
        {"host", atoms({"studio.local"})}, {"host", atoms({"::1"})},
        {"port", {1.0}},                   {"port", {65535.0}},
        {"stems", atoms({"drums"})},       {"stems", {}},
        {"step", {1.0}},                   {"step", {64.0}},
        {"step", atoms({"auto"})},         {"lead", {4.0}},
        {"margin", atoms({"tight"})},      {"margin", atoms({"safe"})},
        {"latency", {512.0}},              {"gain", {0.0}},
        {"gain", {4.0}},                   {"bypass", {1.0}},
    };
    for (const auto& [name, value] : good) {
        const std::string what = name;  // a lambda of C++17 captures no structured binding
        CAPTURE(what);
        CHECK(box.object.message(name, value) == "");
        CHECK(box.object.attribute(name) == value);
    }
}

TEST_CASE("what the table says that an attribute takes is what it takes, and no more") {
    Box box;
    int limits = 0, choices = 0;
    for (std::size_t i = 0; i < sideman::attribute_count; ++i) {
        const sideman::Attribute& attribute = sideman::attributes[i];
        const std::string name = attribute.name;
        const auto words = sideman::words_of(attribute.takes);
        CAPTURE(name);
        if (attribute.type == sideman::Type::choice) {
            for (const auto& word : words) CHECK(box.object.message(name, {word}) == "");
            CHECK(box.object.message(name, {words[0] + words[1]}) != "");
            ++choices;
        } else if (!words.empty()) {
            REQUIRE(words.size() == 2);
            const double low = std::stod(words[0]), high = std::stod(words[1]);
            CHECK(box.object.message(name, {low}) == "");
            CHECK(box.object.message(name, {high}) == "");
            for (const double beyond : {low - 1, high + 1})
                CHECK(box.object.message(name, {beyond})
                          .find("from " + words[0] + " to " + words[1]) != std::string::npos);
            ++limits;
        }
    }
    CHECK(limits == 6);
    CHECK(choices == 1);
}

TEST_CASE("a bundle's name may have several words, and none is the first bundle's") {
    Box box;
    CHECK(box.object.message("bundle", atoms({"mine"})) == "");
    CHECK(box.object.attribute("bundle") == atoms({"mine"}));
    CHECK(box.object.message("bundle", {std::string("take"), 2.0}) == "");
    CHECK(box.object.attribute("bundle") == atoms({"take 2"}));
    CHECK(box.object.message("bundle", {808.0}) == "");
    CHECK(box.object.attribute("bundle") == atoms({"808"}));
    CHECK(box.object.message("bundle", {std::string(100, 'a')}) == "");
    CHECK(box.object.message("bundle", {std::string(101, 'a')}).find(
              "bundle takes the name of a bundle, of at most 100 bytes, not aaa") == 0);
    CHECK(box.object.message("bundle", {}) == "");
    CHECK(box.object.attribute("bundle") == atoms({""}));
}

TEST_CASE("stems stand in the order of their outlets, each once") {
    Box box(atoms({"bass", "drums", "piano"}));
    CHECK(box.object.message("stems", atoms({"piano", "bass"})) == "");
    CHECK(box.object.attribute("stems") == atoms({"bass", "piano"}));
    CHECK(box.object.message("stems", atoms({"drums", "drums"})) ==
          "stems takes each stem once, not drums drums.");
    CHECK(box.object.attribute("stems") == atoms({"bass", "piano"}));
}

TEST_CASE("attributes refuse what does not fit, and stay as they are") {
    Box box;
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    const double endless = std::numeric_limits<double>::infinity();
    const std::vector<std::pair<std::string, Atoms>> wrong = {
        {"host", {}},
        {"host", {7.0}},
        {"host", atoms({""})},
        {"host", atoms({"two words"})},
        {"host", atoms({"two", "words"})},
        {"host", {std::string(254, 'a')}},
        {"bundle", {std::string(101, 'a')}},
        {"bundle", atoms({"a\nb"})},
        {"port", {0.0}},
        {"port", {65536.0}},
        {"port", {7000.5}},
        {"port", {nothing}},
        {"port", {endless}},
        {"port", {1.0, 2.0}},
        {"port", atoms({"seven"})},
        {"stems", atoms({"bass", "violin"})},
        {"stems", {1.0}},
        {"step", {0.0}},
        {"step", {65.0}},
        {"step", atoms({"fast"})},
        {"lead", {-1.0}},
        {"lead", {}},
        {"margin", atoms({"loose"})},
        {"margin", {1.0}},
        {"latency", {-1.0}},
        {"latency", {1e9}},
        {"gain", {-0.1}},
        {"gain", {4.1}},
        {"gain", {nothing}},
        {"gain", atoms({"loud"})},
        {"bypass", {2.0}},
        {"bypass", {0.5}},
    };
    for (const auto& [name, value] : wrong) {
        const Atoms before = box.object.attribute(name);
        const std::string sentence = box.object.message(name, value);
        const std::string what = name;
        CAPTURE(what);
        CAPTURE(sentence);
        CHECK(sentence.find(name + " takes ") == 0);
        CHECK(sentence.back() == '.');
        CHECK(box.object.attribute(name) == before);
    }
}

TEST_CASE("sentences tell what is wrong and what would do") {
    Box box;
    auto& object = box.object;
    CHECK(object.message("port", {0.0}) == "port takes a whole number from 1 to 65535, not 0.");
    CHECK(object.message("lead", atoms({"far"})) ==
          "lead takes a whole number from 1 to 64, or auto, not far.");
    CHECK(object.message("margin", {}) == "margin takes tight, normal or safe, not nothing.");
    CHECK(object.message("stems", atoms({"violin"})) ==
          "stems takes stems that this object has outlets for (bass drums), not violin.");
    CHECK(object.message("gain", {5.0}) == "gain takes a number from 0 to 4, not 5.");
    CHECK(object.message("start", {1.0}) == "start takes no arguments, not 1.");
    CHECK(object.message("sing", {}).find("sing is no message of sideman~. It understands start") ==
          0);
}

TEST_CASE("arguments are the names of stems") {
    CHECK(Box(atoms({"piano"})).object.rows() == std::vector<std::string>{"piano"});
    CHECK(Box(Atoms{}).object.rows() == std::vector<std::string>{"bass"});

    Box box({std::string("bass"), 4.0, std::string("bass"), std::string("a,b"), std::string("")});
    CHECK(box.object.rows() == std::vector<std::string>{"bass"});
    REQUIRE(box.warnings.size() == 4);
    CHECK(box.warnings[0] == "4 is left out: arguments are names of stems.");
    CHECK(box.warnings[1] == "bass is left out: that stem has an outlet already.");
}

TEST_CASE("an attribute that is written like a flag is no stem") {
    Box box({std::string("bass"), std::string("-port"), 7001.0, std::string("--"),
             std::string("hi-hat")});
    CHECK(box.object.rows() == std::vector<std::string>{"bass", "hi-hat"});
    REQUIRE(box.warnings.size() == 3);
    CHECK(box.warnings[0] == "-port is left out: an attribute begins with @, so use @port.");
    CHECK(box.warnings[1] == "7001 is left out: arguments are names of stems.");
}

TEST_CASE("names fit into one datagram, and stems into a set of 64") {
    Atoms many;
    for (int i = 0; i < 70; ++i) many.push_back("s" + std::to_string(i));
    Box box(many);
    CHECK(box.object.rows().size() == 64);
    CHECK(box.warnings.size() == 6);

    Box names({std::string(400, 'a'), std::string(200, 'b'), std::string("c")});
    CHECK(names.object.rows().size() == 2);
}
