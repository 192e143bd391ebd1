// Lays the bytes of a message out field by field, as schema/lockstep.xml defines them.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class MessageTables {
 public:
  // Reads the schema; throws when it cannot be read.
  explicit MessageTables(const std::string& schema_path);

  // Markdown: description, hex dump of the framed message, table of fields. `message` with its
  // message header. Adds a line to Problems() when layout and bytes do not fit each other.
  [[nodiscard]] std::string Render(std::string_view name, std::span<const std::byte> message);

  // Markdown: the table of a composite's fields, with offsets from its own start.
  [[nodiscard]] std::string RenderComposite(std::string_view name) const;
  // Markdown: the values of an enum.
  [[nodiscard]] std::string RenderEnum(std::string_view name) const;

  // Names of all messages of the schema.
  [[nodiscard]] std::set<std::string> MessageNames() const;
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Field {
    std::string name;
    std::string type;
    std::string description;
  };
  struct Type {
    std::string primitive;                        // of a type or an enum; empty: a composite
    std::size_t count = 1;                        // elements of an array
    std::map<std::uint64_t, std::string> values;  // of an enum
    std::vector<Field> members;                   // of a composite
  };
  struct Group {
    std::string name;
    std::vector<Field> fields;
  };
  struct Message {
    unsigned id = 0;
    std::string description;
    std::vector<Field> fields;
    std::vector<Group> groups;
    std::vector<Field> data;
  };

  [[nodiscard]] std::size_t SizeOf(const std::string& type) const;
  [[nodiscard]] std::string ValueOf(const std::string& type,
                                    std::span<const std::byte> bytes) const;
  [[nodiscard]] std::string RowsOf(const std::vector<Field>& fields,
                                   std::span<const std::byte> message, std::size_t& at) const;

  std::map<std::string, Type, std::less<>> types_;
  std::map<std::string, Message, std::less<>> messages_;
  std::vector<std::string> problems_;
};

}  // namespace lockstep
