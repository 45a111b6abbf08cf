#include "inventory.h"
#include "print.h"

extern const char image_end[];

struct map_entry { u32 length; u64 base, bytes; u32 type; } __attribute__((packed));

void inventory_memory(const struct multiboot_info *info) {
  if (!(info->flags & MULTIBOOT_HAS_MAP)) {
    log_stage("memory", "%u KiB (the loader gave no map)", info->memory_upper_kib + 1024);
    return;
  }
  u64 usable = 0;
  for (u32 at = info->map_address; at < info->map_address + info->map_length;) {
    const struct map_entry *entry = (const struct map_entry *)at;
    u64 last = entry->base + entry->bytes - 1;
    log_stage("memory", "%08x%08x-%08x%08x %s", (u32)(entry->base >> 32), (u32)entry->base, (u32)(last >> 32), (u32)last,
              entry->type == 1 ? "usable" : entry->type == 3 ? "ACPI data" : entry->type == 4 ? "ACPI NVS" : "reserved");
    if (entry->type == 1) usable += entry->bytes;
    at += entry->length + 4;
  }
  log_stage("memory", "%u MiB usable, demo image ends at 0x%x", (u32)(usable >> 20), (u32)image_end);
}

static void cpuid(u32 leaf, u32 out[4]) {
  __asm__("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

void inventory_cpu(void) {
  u32 r[4], vendor[4] = {0}, brand[13] = {0}, hypervisor[4] = {0};
  cpuid(0, r);
  vendor[0] = r[1], vendor[1] = r[3], vendor[2] = r[2];
  cpuid(0x80000000, r);
  if (r[0] >= 0x80000004)
    for (u32 i = 0; i < 3; i++) cpuid(0x80000002 + i, brand + 4 * i);
  const char *name = (const char *)brand;
  while (*name == ' ') name++;
  cpuid(1, r);
  log_stage("cpu", "%s", *name ? name : "unnamed processor");
  log_stage("cpu", "vendor %s, family %u, model %u, stepping %u", (const char *)vendor, ((r[0] >> 8) & 15) + ((r[0] >> 20) & 255),
            ((r[0] >> 4) & 15) | ((r[0] >> 12) & 0xf0), r[0] & 15);
  if (!(r[2] >> 31)) {
    log_stage("cpu", "no hypervisor announced");
    return;
  }
  cpuid(0x40000000, r);
  hypervisor[0] = r[1], hypervisor[1] = r[2], hypervisor[2] = r[3];
  log_stage("cpu", "hypervisor %s", hypervisor[0] ? (const char *)hypervisor : "without a name");
}

static u32 pci_read(u32 device, u32 function, u32 offset) {
  out32(0xcf8, 0x80000000u | device << 11 | function << 8 | offset);
  return in32(0xcfc);
}

static const char *class_name(u32 class) {
  static const struct { u32 class; const char *name; } names[] = {
    {0x0100, "SCSI controller"}, {0x0101, "IDE controller"}, {0x0106, "SATA controller"}, {0x0108, "NVMe controller"},
    {0x0200, "Ethernet controller"}, {0x0300, "VGA display"}, {0x0380, "display"}, {0x0401, "audio"}, {0x0403, "audio"},
    {0x0500, "RAM"}, {0x0600, "host bridge"}, {0x0601, "ISA bridge"}, {0x0604, "PCI bridge"}, {0x0680, "bridge"},
    {0x0700, "serial port"}, {0x0780, "communication"}, {0x0805, "SD controller"}, {0x0900, "keyboard"}, {0x0901, "pen"},
    {0x0902, "mouse"}, {0x0980, "input device"}, {0x0c03, "USB controller"}, {0x0c05, "SMBus"}, {0x00ff, "virtio device"},
  };
  for (u32 i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].class == class) return names[i].name;
  return "device";
}

void inventory_pci(void) {
  u32 found = 0;
  for (u32 device = 0; device < 32; device++)
    for (u32 function = 0; function < 8; function++) {
      u32 id = pci_read(device, function, 0);
      if ((id & 0xffff) == 0xffff) {
        if (function == 0) break;
        continue;
      }
      u32 class = pci_read(device, function, 8) >> 16;
      log_stage("pci", "00:%02x.%u %04x:%04x %s", device, function, id & 0xffff, id >> 16, class_name(class));
      found++;
      int more_functions = (pci_read(device, function, 12) >> 23) & 1;
      if (function == 0 && !more_functions) break;
    }
  log_stage("pci", "%u functions on bus 0", found);
}
