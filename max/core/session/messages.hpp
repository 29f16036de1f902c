// What of a server's words is shown: one line, which nothing overwrites unread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sideman {

// Why nothing plays, as long as no server has said a word.
constexpr const char* no_answer = "No answer yet.";

class Messages {
public:
    std::string why = no_answer;  // why nothing plays
    std::string refused;          // code of the refusal that this is, if it is one

    // A session begins: what was said before concerns it no more.
    void begin();
    // Something is wrong; it is shown for eight seconds, whatever warnings come meanwhile.
    void error(const std::string& text, double now);
    // Something is wrong, whether a session plays or not.
    void fail(const std::string& text, double now);
    // A warning begins, or is over.
    void warn(const std::string& code, const std::string& text, bool on);
    // The newest error, else the newest warning, else nothing; or why nothing plays.
    std::string shown(double now, bool playing) const;

private:
    std::string error_;
    double error_until_ = -1;
    std::vector<std::pair<std::string, std::string>> warnings_;  // code and text, newest last
};

}  // namespace sideman
