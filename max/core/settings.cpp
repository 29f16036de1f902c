#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "wire/control.hpp"

namespace sideman {
namespace {

constexpr std::size_t most_stems = 64;
constexpr std::size_t longest_names = 500;  // bytes of all names, which one datagram has to hold
constexpr std::size_t longest_host = 253;   // a name of the domain name system has no more

std::string text_of(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", number);
    return text;
}

[[noreturn]] void refuse(const std::string& name, const std::string& wanted, const Atoms& atoms) {
    throw std::invalid_argument(name + " takes " + wanted + ", not " +
                                (atoms.empty() ? "nothing" : shown(atoms)) + ".");
}

const std::string* only_symbol(const Atoms& atoms) {
    return atoms.size() == 1 ? std::get_if<std::string>(&atoms[0]) : nullptr;
}

// The words with commas and "or" between them.
std::string any_of(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
    return text;
}

double number(const Attribute& attribute, const Atoms& atoms) {
    const auto limits = words_of(attribute.takes);
    const double lowest = std::strtod(limits.at(0).c_str(), nullptr);
    const double highest = std::strtod(limits.at(1).c_str(), nullptr);
    const bool whole = attribute.type != Type::real;
    const double* value = atoms.size() == 1 ? std::get_if<double>(&atoms[0]) : nullptr;
    if (!value || !(*value >= lowest && *value <= highest) ||
        (whole && *value != std::floor(*value)))
        refuse(attribute.name,
               (whole ? "a whole number from " : "a number from ") + limits[0] + " to " + limits[1] +
                   (attribute.type == Type::columns ? ", or auto" : ""),
               atoms);
    return *value;
}

int whole(const Attribute& attribute, const Atoms& atoms) {
    return static_cast<int>(number(attribute, atoms));
}

int columns(const Attribute& attribute, const Atoms& atoms) {
    const std::string* word = only_symbol(atoms);
    return word && *word == "auto" ? 0 : whole(attribute, atoms);
}

std::string host(const std::string& name, const Atoms& atoms) {
    const std::string* word = only_symbol(atoms);
    const bool printable =
        word && std::none_of(word->begin(), word->end(),
                             [](unsigned char c) { return c <= ' ' || c == 127; });
    if (!printable || word->empty() || word->size() > longest_host)
        refuse(name, "one name or address of a machine", atoms);
    return *word;
}

// A name may have several words, and be or begin with a number; none stands for no name.
std::string bundle(const std::string& name, const Atoms& atoms) {
    const std::string* word = only_symbol(atoms);
    if (atoms.empty() || (word && word->empty())) return {};
    const std::string text = shown(atoms);
    const bool printable = std::none_of(text.begin(), text.end(),
                                        [](unsigned char c) { return c < ' ' || c == 127; });
    if (!printable || text.size() > longest_bundle)
        refuse(name, "the name of a bundle, of at most " + std::to_string(longest_bundle) + " bytes",
               atoms);
    return text;
}

std::string choice(const Attribute& attribute, const Atoms& atoms) {
    const auto words = words_of(attribute.takes);
    const std::string* word = only_symbol(atoms);
    if (!word || std::find(words.begin(), words.end(), *word) == words.end())
        refuse(attribute.name, any_of(words), atoms);
    return *word;
}

std::vector<std::string> some_of(const std::string& name, const Atoms& atoms,
                                 const std::vector<std::string>& rows) {
    std::vector<bool> chosen(rows.size());
    for (const Atom& atom : atoms) {
        const std::string* word = std::get_if<std::string>(&atom);
        const auto row = word ? std::find(rows.begin(), rows.end(), *word) : rows.end();
        if (row == rows.end())
            refuse(name, "stems that this object has outlets for (" +
                             shown(Atoms(rows.begin(), rows.end())) + ")",
                   {atom});
        const auto at = static_cast<std::size_t>(row - rows.begin());
        if (chosen[at]) refuse(name, "each stem once", atoms);
        chosen[at] = true;
    }
    std::vector<std::string> stems;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (chosen[row]) stems.push_back(rows[row]);
    return stems;
}

Atoms of_columns(int columns) {
    if (columns == 0) return {std::string("auto")};
    return {static_cast<double>(columns)};
}

// Why a word cannot be the name of a stem; empty where it can.
std::string wrong_stem(const std::string& word, const std::vector<std::string>& before,
                       std::size_t bytes) {
    // Names travel in one text, with commas between them.
    if (word.empty() || word.find(',') != std::string::npos)
        return "the name of a stem is not empty and has no commas";
    if (word.front() == '-') {
        const auto letters = word.find_first_not_of('-');
        return "an attribute begins with @, so use @" +
               (letters == std::string::npos ? "port" : word.substr(letters));
    }
    if (std::find(before.begin(), before.end(), word) != before.end())
        return "that stem has an outlet already";
    if (before.size() == most_stems)
        return "there are at most " + std::to_string(most_stems) + " stems";
    if (bytes + word.size() > longest_names)
        return "all names together take at most " + std::to_string(longest_names) + " bytes";
    return "";
}

}  // namespace

std::string shown(const Atoms& atoms) {
    std::string text;
    for (const Atom& atom : atoms) {
        if (!text.empty()) text += ' ';
        const std::string* word = std::get_if<std::string>(&atom);
        text += word ? (word->empty() ? "\"\"" : *word) : text_of(std::get<double>(atom));
    }
    return text;
}

std::vector<std::string> stems_of(const Atoms& arguments, std::vector<std::string>& warnings) {
    std::vector<std::string> stems;
    std::size_t bytes = 0;
    for (const Atom& argument : arguments) {
        const std::string* word = std::get_if<std::string>(&argument);
        const std::string wrong =
            word ? wrong_stem(*word, stems, bytes) : "arguments are names of stems";
        if (wrong.empty()) {
            bytes += word->size() + 1;  // and a comma
            stems.push_back(*word);
        } else {
            warnings.push_back(shown({argument}) + " is left out: " + wrong + ".");
        }
    }
    if (stems.empty()) stems.push_back("bass");
    return stems;
}

Settings::Settings(std::vector<std::string> all) : rows(std::move(all)) {
    for (std::size_t i = 0; i < attribute_count; ++i) {
        const Attribute& attribute = attributes[i];
        const std::string initial = attribute.initial;
        if (attribute.type == Type::symbols) {
            set(attribute.name, Atoms(rows.begin(), rows.end()));
        } else if (attribute.type == Type::symbol || attribute.type == Type::choice ||
                   attribute.type == Type::columns) {
            set(attribute.name, {initial});
        } else {
            set(attribute.name, {std::strtod(initial.c_str(), nullptr)});
        }
    }
}

void Settings::set(const std::string& name, const Atoms& atoms) {
    const Attribute* const found = find_attribute(name);
    if (!found) throw std::invalid_argument(name + " is no attribute of sideman~.");
    const Attribute& attribute = *found;
    if (name == "host") {
        host = sideman::host(name, atoms);
    } else if (name == "port") {
        port = whole(attribute, atoms);
    } else if (name == "bundle") {
        bundle = sideman::bundle(name, atoms);
    } else if (name == "stems") {
        stems = some_of(name, atoms, rows);
    } else if (name == "step") {
        step = columns(attribute, atoms);
    } else if (name == "lead") {
        lead = columns(attribute, atoms);
    } else if (name == "margin") {
        margin = choice(attribute, atoms);
    } else if (name == "latency") {
        latency = whole(attribute, atoms);
    } else if (name == "gain") {
        gain = number(attribute, atoms);
    } else if (name == "bypass") {
        bypass = whole(attribute, atoms) != 0;
    }
}

Atoms Settings::get(const std::string& name) const {
    if (name == "host") return {host};
    if (name == "port") return {static_cast<double>(port)};
    if (name == "bundle") return {bundle};
    if (name == "stems") return Atoms(stems.begin(), stems.end());
    if (name == "step") return of_columns(step);
    if (name == "lead") return of_columns(lead);
    if (name == "margin") return {margin};
    if (name == "latency") return {static_cast<double>(latency)};
    if (name == "gain") return {gain};
    if (name == "bypass") return {bypass ? 1.0 : 0.0};
    return {};
}

}  // namespace sideman
