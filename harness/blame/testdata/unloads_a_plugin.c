// SPDX-License-Identifier: Apache-2.0
//
// Loads a library, calls into it, unloads it. Run: unloads_a_plugin PLUGIN
#include <dlfcn.h>

#include "blame/testdata/show_stack.h"

int main(int argc, char **argv) {
  void *plugin = dlopen(argv[argc - 1], RTLD_NOW);
  if (plugin == NULL) return 1;
  void (*work)(void) = NULL;
  *(void **)&work = dlsym(plugin, "work_of_plugin");  // As dlsym(3) advises.
  show_maps();
  work();
  dlclose(plugin);
  show_maps();
  return 0;
}
