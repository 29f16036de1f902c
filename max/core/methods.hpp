// The table of methods.def, for programs.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace sideman {

// What a patch sends and shows, whichever host it is.
using Atom = std::variant<double, std::string>;
using Atoms = std::vector<Atom>;

enum class Type { symbol, symbols, choice, integer, real, boolean, columns };

struct Message {
    const char *name, *arguments, *digest, *description;
};
struct Attribute {
    const char* name;
    Type type;
    const char *takes, *initial, *digest, *description;
};
struct Output {
    const char *name, *arguments, *description;
};

extern const Message messages[];
extern const std::size_t message_count;
extern const Attribute attributes[];
extern const std::size_t attribute_count;
extern const Output outputs[];
extern const std::size_t output_count;

// The attribute of that name, or nullptr.
const Attribute* find_attribute(const std::string& name);

// The words of a text with spaces between them.
std::vector<std::string> words_of(const std::string& text);

}  // namespace sideman
