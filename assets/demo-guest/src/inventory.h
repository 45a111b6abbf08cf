/* What the machine is made of, told as boot-log lines. */
#pragma once
#include "machine.h"

struct multiboot_info {
  u32 flags, memory_lower_kib, memory_upper_kib, boot_device, command_line, module_count, modules, symbols[4];
  u32 map_length, map_address, drives_length, drives, config_table, loader_name;
};
enum { MULTIBOOT_HAS_COMMAND_LINE = 1 << 2, MULTIBOOT_HAS_MAP = 1 << 6, MULTIBOOT_HAS_LOADER_NAME = 1 << 9 };

void inventory_memory(const struct multiboot_info *info);
void inventory_cpu(void);
void inventory_pci(void);
