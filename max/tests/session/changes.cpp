#include "session/session.hpp"

#include <doctest/doctest.h>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

TEST_CASE("a change is asked for every 0.25 s until it is answered, then a jump") {
    Rig rig;
    rig.play(50000);
    rig.begin();
    auto wish = Rig::wish_of({"bass"});
    wish.step = 2;
    wish.lead = 3;
    rig.session.change(wish);
    auto come = rig.live(0.8);
    const auto changes = come.all<Change>();
    REQUIRE(changes.size() == 4);
    for (const auto& each : changes) CHECK(each.request == changes[0].request);
    CHECK(changes[0].stems == "bass");
    CHECK(changes[0].step == 2);
    CHECK(changes[0].lead == 3);
    rig.session.begin();
    CHECK(rig.live(0.1).all<Begin>().empty());  // one after another
    rig.say(epoch_of(changes[0].request, 2, 60000));
    rig.take();
    CHECK(rig.taken.back().epoch == EpochKey{7, 2});
    CHECK(rig.taken.back().position == never);  // what is heard plays on
    CHECK(rig.taken.back().rows == 1);
    come = rig.live(0.3);
    CHECK(come.all<Change>().empty());
    const auto begins = come.all<Begin>();
    REQUIRE(begins.size() == 2);
    CHECK(begins[0].origin == 50000);
    rig.say(epoch_of(begins[0].request, 3, 50000));
    rig.take();
    CHECK(rig.taken.back().position == 50000);  // what is heard ends
    CHECK(rig.live(0.6).all<Begin>().empty());
    // Nothing goes back to an epoch that is over.
    const auto before = rig.taken.size();
    rig.say(epoch_of(0, 2, 60000));
    rig.take();
    CHECK(rig.taken.size() == before);
}

TEST_CASE("an answer that another epoch has overtaken is an answer") {
    Rig rig;
    rig.begin();
    rig.session.change(Rig::wish_of({"bass"}));
    const auto change = rig.live(0.1).all<Change>().at(0);
    rig.say(epoch_of(0, 3, 30000));
    CHECK_FALSE(rig.live(0.5).all<Change>().empty());
    rig.say(epoch_of(change.request, 2, 20000));
    CHECK(rig.live(0.6).all<Change>().empty());
}

TEST_CASE("a change that is refused is asked for no more, and the reason is shown") {
    Rig rig;
    rig.begin();
    rig.session.change(Rig::wish_of({"bass"}));
    const auto change = rig.live(0.1).all<Change>().at(0);
    rig.say(Refuse{change.request, "stems", "No.", ""});
    CHECK(rig.text() == "No.");
    CHECK(rig.live(0.6).all<Change>().empty());
    rig.session.change(Rig::wish_of({std::string(1300, 's')}));
    CHECK(rig.live(0.3).all<Change>().empty());
    CHECK(rig.text().find("fit into no datagram") != std::string::npos);
    rig.session.change(Rig::wish_of({"drums"}));
    CHECK_FALSE(rig.live(0.3).all<Change>().empty());
}

TEST_CASE("an epoch that nobody asked for tells what cannot be, if no more was wished since") {
    Rig rig;
    rig.begin();
    rig.say(epoch_of(0, 2, 30000));  // bass alone
    rig.say(Bye{7, "Over."});
    const auto hellos = rig.run(1.1).all<Hello>();
    REQUIRE_FALSE(hellos.empty());
    CHECK(hellos[0].stems == "bass");
    rig.say(accepting(hellos[0]));
    rig.session.change(Rig::wish_of({"drums"}));
    rig.say(epoch_of(0, 2, 90000));
    const auto changes = rig.live(0.3).all<Change>();
    REQUIRE_FALSE(changes.empty());
    CHECK(changes.back().stems == "drums");
    rig.say(Bye{7, "Over."});
    CHECK(rig.run(1.1).all<Hello>().at(0).stems == "drums");
}

TEST_CASE("advice is followed where the lead is left to the server, and nowhere else") {
    for (const int lead : {0, 4}) {
        auto wish = Rig::wish_of({"bass"});
        wish.lead = lead;
        Rig rig(wish);
        rig.begin();
        Beat beat;
        beat.session = 7;
        // What no window has is no advice.
        for (const int nonsense : {-1, INT32_MIN, INT32_MAX, most_columns + 1, 0, 4}) {
            beat.measured = nonsense;
            rig.say(beat);
        }
        CHECK(rig.live(0.1).all<Change>().empty());
        beat.measured = 6;
        rig.say(beat);
        CHECK(rig.session.status(rig.now).advised == 6);
        const auto changes = rig.live(0.1).all<Change>();
        REQUIRE(changes.size() == (lead == 0 ? 1u : 0u));
        if (lead == 0) CHECK(changes[0].lead == 6);
    }
}
