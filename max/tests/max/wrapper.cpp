#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "fakes/fake_client.hpp"
#include "stub.hpp"

using namespace std::chrono_literals;
using sideman::Atoms;

namespace {

Atoms atoms(std::initializer_list<const char*> words) { return {words.begin(), words.end()}; }

// A box in a patch, and nothing said or wrong before it.
struct Box {
    explicit Box(const Atoms& arguments) {
        fakes::new_world();
        stub::max().said.clear();
        stub::max().errors.clear();
        stub::max().touched.clear();
        object = stub::make(arguments);
    }
    Box() : Box(atoms({"bass", "drums"})) {}
    ~Box() { stub::free(object); }

    // Lets Max's time pass until so many clients have been made since the beginning and so many are
    // left, with the objects' knowledge.
    static void clients(std::size_t made, int alive) {
        auto& world = fakes::world();
        for (int turn = 0; turn < 2'000; ++turn) {
            stub::pass(50);
            if (world.count() == made && world.alive == alive) break;
            std::this_thread::sleep_for(1ms);
        }
        stub::pass(50);
        REQUIRE(world.count() == made);
        REQUIRE(world.alive == alive);
    }

    std::string said(const std::string& name) const {
        for (auto at = stub::max().said.rbegin(); at != stub::max().said.rend(); ++at)
            if (at->object == object && at->name == name)
                return at->types == "s" ? std::get<std::string>(at->atoms[0]) : at->types;
        return "nothing";
    }
    std::string error() const {
        return stub::max().errors.empty() ? "" : stub::max().errors.back();
    }

    void* object;
};

}  // namespace

TEST_CASE("the class has every message and attribute of the table") {
    const auto methods = stub::methods();
    for (std::size_t i = 0; i < sideman::message_count; ++i)
        CHECK(std::count(methods.begin(), methods.end(), sideman::messages[i].name) == 1);
    const auto attributes = stub::attributes();
    REQUIRE(attributes.size() == sideman::attribute_count);
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        CHECK(attributes[i].name == sideman::attributes[i].name);
        CHECK(attributes[i].about.at("label") == sideman::attributes[i].digest);
        CHECK(attributes[i].about.at("category") == "Sideman");
        const bool menu = sideman::attributes[i].type == sideman::Type::choice;
        CHECK((attributes[i].about.at("style") == "enum") == menu);
        if (menu) CHECK(attributes[i].about.at("enumvals") == sideman::attributes[i].takes);
    }
}

TEST_CASE("a box has an outlet for each stem and one for messages, and tells what they are") {
    Box box;
    CHECK(stub::outlets(box.object) == std::vector<std::string>{"signal", "signal", ""});
    CHECK(stub::assist(box.object, 1, 0) ==
          "Signal: what you play. Messages: start stop reset status panic");
    CHECK(stub::assist(box.object, 2, 1) == "Signal: drums");
    CHECK(stub::assist(box.object, 2, 2).find("What there is to tell") == 0);
}

TEST_CASE("arguments are stems and attributes") {
    Box box({std::string("piano"), 4.0, std::string("@port"), 7001.0, std::string("@gain"), 0.5,
             std::string("@lead"), std::string("auto"), std::string("@margin"), 3.0});
    CHECK(stub::outlets(box.object).size() == 2);
    CHECK(stub::get(box.object, "port") == Atoms{7001.0});
    CHECK(stub::get(box.object, "gain") == Atoms{0.5});
    CHECK(stub::max().errors == std::vector<std::string>{
                                    "4 is left out: arguments are names of stems.",
                                    "margin takes tight, normal or safe, not 3."});
}

TEST_CASE("every attribute can be set to what it is, and refuses what it cannot be") {
    Box box;
    for (std::size_t i = 0; i < sideman::attribute_count; ++i) {
        const std::string name = sideman::attributes[i].name;
        const Atoms before = stub::get(box.object, name);
        stub::set(box.object, name, before);
        CHECK(box.error() == "");
        // A bundle may be called almost anything.
        const Atoms wrong = name == "bundle" ? Atoms{std::string(101, 'a')}
                                             : Atoms{-1.0, std::string("nonsense")};
        stub::set(box.object, name, wrong);
        CHECK(box.error().find(name + " takes ") == 0);
        CHECK(stub::get(box.object, name) == before);
        stub::max().errors.clear();
    }
}

TEST_CASE("messages play, wrong ones tell what is wrong") {
    Box box;
    auto& world = fakes::world();
    for (const char* name : {"start", "panic", "start", "status", "stop", "start"})
        stub::send(box.object, name);
    CHECK(box.error() == "");
    stub::audio_on(box.object, 48'000, 64);
    CHECK(stub::has_audio(box.object));
    Box::clients(1, 1);
    CHECK(world.last().rate == 48'000);
    stub::send(box.object, "reset");
    CHECK(world.last().told.back() == "begin");
    stub::send(box.object, "start", {1.0});
    CHECK(box.error() == "start takes no arguments, not 1.");
    stub::send(box.object, "stop");
    stub::send(box.object, "reset");
    CHECK(box.error() == "Nothing plays that could begin anew. Send start first.");
    stub::audio_on(box.object, 0, 64);
    CHECK(box.error().find("Use a sound card at 44100 Hz.") != std::string::npos);
}

TEST_CASE("audio runs through, in the input's own memory, too") {
    Box box;
    stub::send(box.object, "start");
    stub::audio_on(box.object, 1'000, 64);
    Box::clients(1, 1);
    fakes::world().sound = [](float context, std::size_t row) {
        return context * static_cast<float>(row + 1);
    };
    std::vector<double> first(64), second(64);
    double* inputs[] = {first.data()};
    double* outputs[] = {first.data(), second.data()};
    for (int turn = 0; turn < 2; ++turn) {
        std::fill(first.begin(), first.end(), 0.25);
        stub::perform(box.object, inputs, 1, outputs, 2, 64);
    }
    CHECK(first == std::vector<double>(64, 0.25));
    CHECK(second == std::vector<double>(64, 0.5));
}

TEST_CASE("the channels of a multichannel cord are added up") {
    Box box;
    stub::send(box.object, "start");
    stub::audio_on(box.object, 1'000, 64);
    Box::clients(1, 1);
    fakes::world().sound = [](float context, std::size_t) { return context; };
    std::vector<double> left(64, 0.25), right(64, 0.5), out(64), other(64);
    double* inputs[] = {left.data(), right.data()};
    // The first output takes an input's memory.
    double* outputs[] = {left.data(), other.data()};
    stub::perform(box.object, inputs, 2, outputs, 2, 64);
    left.assign(64, 0.25);
    stub::perform(box.object, inputs, 2, outputs, 2, 64);
    CHECK(left == std::vector<double>(64, 0.75));
    CHECK(other == left);
    CHECK(right == std::vector<double>(64, 0.5));
}

TEST_CASE("what changes is said on the main thread, ints as ints and floats as floats") {
    Box box;
    stub::pass(200);
    CHECK(stub::max().said.empty());
    stub::audio_on(box.object, 44'100, 64);
    stub::send(box.object, "start");
    stub::pass(100);
    CHECK(box.said("state") == "connecting");
    Box::clients(1, 1);
    fakes::world().status.state = "playing";
    fakes::world().status.text = "Stems come too late; a lead of 12 would be safe.";
    fakes::world().status.engine = "ready";
    fakes::world().status.percent = 50;
    fakes::world().status.lead = 4;
    fakes::world().status.ahead = 0.317;
    stub::pass(100);
    CHECK(box.said("state") == "playing");
    CHECK(box.said("text") == "Stems come too late; a lead of 12 would be safe.");  // one symbol
    CHECK(box.said("lead") == "i");
    CHECK(box.said("ahead") == "f");
    CHECK(box.said("engine") == "sf");
    CHECK(box.error() == "");
}

TEST_CASE("messages on the scheduler's thread are obeyed on the main thread, in their order") {
    Box box;
    stub::audio_on(box.object, 44'100, 64);
    stub::max().on_scheduler = true;
    stub::send(box.object, "start");
    stub::set(box.object, "port", {7001.0});
    CHECK(fakes::world().count() == 0);
    stub::max().on_scheduler = false;
    stub::work();
    // The second as soon as the first, which is not wanted any more, has ended.
    Box::clients(2, 1);
    CHECK(fakes::world().last().port == 7001);
    CHECK(stub::max().touched == std::vector<std::string>{"port"});
    stub::max().on_scheduler = true;
    for (const char* name : {"panic", "start", "reset"}) stub::send(box.object, name);
    stub::max().on_scheduler = false;
    stub::set(box.object, "latency", {300.0});  // behind what waits
    CHECK(fakes::world().last().told ==
          std::vector<std::string>{"latency", "panic", "unmute", "begin", "latency"});
}

TEST_CASE("a transport that starts or jumps lets the model forget, one that runs on does not") {
    Box box;
    stub::audio_on(box.object, 44'100, 64);
    stub::send(box.object, "start");
    Box::clients(1, 1);
    auto& told = fakes::world().last().told;
    const auto begins = [&] { return std::count(told.begin(), told.end(), "begin"); };
    auto& max = stub::max();
    stub::pass(500);
    CHECK(begins() == 0);
    max.transport_runs = true;
    stub::pass(1'000);
    CHECK(begins() == 1);
    max.ticks_per_millisecond = 0.48;  // another tempo is no jump
    stub::pass(1'000);
    CHECK(begins() == 1);
    max.ticks += 480;
    stub::pass(500);
    CHECK(begins() == 2);
    max.ticks = 0;
    stub::pass(500);
    CHECK(begins() == 3);
    max.transport_runs = false;
    stub::pass(500);
    CHECK(begins() == 3);
    max = stub::Max{{}, {}, {}, false, false, 0, 0.96, max.objects, max.clocks, max.queues};
}

TEST_CASE("two boxes do not disturb each other") {
    Box one;
    void* other = stub::make(atoms({"piano"}));
    stub::audio_on(one.object, 44'100, 64);
    stub::audio_on(other, 44'100, 64);
    stub::send(one.object, "start");
    stub::set(other, "port", {7001.0});
    stub::send(other, "start");
    Box::clients(2, 2);
    CHECK(stub::get(one.object, "port") == Atoms{7000.0});
    CHECK(stub::outlets(other) == std::vector<std::string>{"signal", ""});
    stub::free(other);
    CHECK(fakes::world().alive == 1);
    stub::pass(100);
    CHECK(one.said("state") == "connecting");
}

TEST_CASE("a hundred boxes come and go while they connect, and leave nothing behind") {
    const auto begin = std::chrono::steady_clock::now();
    for (int turn = 0; turn < 100; ++turn) {
        Box box;
        stub::send(box.object, "start");
        stub::audio_on(box.object, 44'100, 64);
        if (turn % 2) stub::pass(60);
        stub::max().on_scheduler = true;
        stub::send(box.object, "status");  // freed before it is obeyed
        stub::max().on_scheduler = false;
    }
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
    CHECK(fakes::world().count() == 1);  // of the last box, and one each before
    CHECK(fakes::world().alive == 0);
    stub::work();
    CHECK(stub::max().objects == 0);
    CHECK(stub::max().clocks == 0);
    CHECK(stub::max().queues == 0);
    CHECK(stub::max().errors.empty());
}
