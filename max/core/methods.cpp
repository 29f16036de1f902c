#include "methods.hpp"

#include <iterator>
#include <sstream>

// int, float and bool are keywords of the language, so types are told apart by pasting their names.
#define SIDEMAN_TYPE_symbol Type::symbol
#define SIDEMAN_TYPE_symbols Type::symbols
#define SIDEMAN_TYPE_choice Type::choice
#define SIDEMAN_TYPE_int Type::integer
#define SIDEMAN_TYPE_float Type::real
#define SIDEMAN_TYPE_bool Type::boolean
#define SIDEMAN_TYPE_columns Type::columns

namespace sideman {

#define MESSAGE(name, arguments, digest, description) {#name, arguments, digest, description},
#define ATTRIBUTE(name, type, takes, initial, digest, description)
#define OUTPUT(name, arguments, description)
const Message messages[] = {
#include "methods.def"
};
#undef MESSAGE
#undef ATTRIBUTE
#undef OUTPUT

#define MESSAGE(name, arguments, digest, description)
#define ATTRIBUTE(name, type, takes, initial, digest, description) \
    {#name, SIDEMAN_TYPE_##type, takes, initial, digest, description},
#define OUTPUT(name, arguments, description)
const Attribute attributes[] = {
#include "methods.def"
};
#undef MESSAGE
#undef ATTRIBUTE
#undef OUTPUT

#define MESSAGE(name, arguments, digest, description)
#define ATTRIBUTE(name, type, takes, initial, digest, description)
#define OUTPUT(name, arguments, description) {#name, arguments, description},
const Output outputs[] = {
#include "methods.def"
};
#undef MESSAGE
#undef ATTRIBUTE
#undef OUTPUT

const std::size_t message_count = std::size(messages);
const std::size_t attribute_count = std::size(attributes);
const std::size_t output_count = std::size(outputs);

const Attribute* find_attribute(const std::string& name) {
    for (std::size_t i = 0; i < attribute_count; ++i)
        if (name == attributes[i].name) return &attributes[i];
    return nullptr;
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

}  // namespace sideman
