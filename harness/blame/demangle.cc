// SPDX-License-Identifier: Apache-2.0
#include "blame/demangle.h"

#define HAVE_DECL_BASENAME 1  // string.h declares it, otherwise than libiberty.h would
#include <libiberty/demangle.h>

#include <cstdlib>
#include <memory>

namespace watertight::blame {

std::string demangle(const std::string& symbol) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> name(cplus_demangle(symbol.c_str(), DMGL_AUTO));
  return name ? name.get() : symbol;
}

}  // namespace watertight::blame
