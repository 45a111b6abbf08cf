/**
 * Every screen and main state, one row each: { name, on?, docs?, prepare(page) }. `prepare` starts at a freshly loaded
 * page and ends when the screen stands still; if it cannot, the screen is reported as missing. `on` is the home it is
 * taken on: "full" (default; guests run), "empty" (nothing yet), or "lost" (the server is gone; the page was open).
 * `docs` is the theme in which README shows it. A new screen is a new row; nothing else has to change.
 */

const named = (page, role, name) => page.getByRole(role, { name, exact: true }).first();
const select = async (page, name) => {
  await page
    .getByRole('option', { name: new RegExp(`^${name}\\b`) })
    .first()
    .click();
  await page.getByRole('main', { name, exact: true }).waitFor();
};
const tab = async (page, name) => {
  await named(page, 'tab', name).click();
};
const serial = (page) => page.getByRole('region', { name: /^Serial console/ }).first();
/** A terminal is ready when its old output is parsed. */
const writable = async (page) => {
  await page.locator('[data-state="writable"]').first().waitFor();
};
const newInstance = async (page) => {
  await named(page, 'button', 'New instance').click();
  await page.getByRole('dialog').waitFor();
};
/** One of the gallery of sources. A click opens its form. */
const source = async (page, name) => {
  await newInstance(page);
  const dialog = page.getByRole('dialog');
  const choice = ['option', 'button', 'radio'].map((role) => dialog.getByRole(role, { name }));
  await choice[0].or(choice[1]).or(choice[2]).first().click();
};

/** What somebody who builds kernels has in a file. */
const runScript = (directory) => `#!/bin/sh
# Boots the kernel that was just built.
OUT=${directory}
exec qemu-system-x86_64 -m 2G -smp 4 -nographic -no-reboot \\
  -kernel $OUT/bzImage -initrd $OUT/initrd.img \\
  -append "console=ttyS0 panic=-1 nokaslr" \\
  -drive file=$OUT/root.qcow2,if=virtio,snapshot=on \\
  -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22 \\
  -device virtio-balloon-pci -fw_cfg name=opt/test,string=1 -s
`;

export const screens = [
  {
    name: 'empty',
    on: 'empty',
    prepare: (page) => named(page, 'button', 'Boot the demo guest').waitFor(),
  },
  {
    name: 'console',
    docs: 'dark',
    async prepare(page) {
      await select(page, 'linux');
      await writable(page);
      await serial(page).click();
      await page.keyboard.type('uname -a; df -h | head -3\r');
      await serial(page).getByText('/dev/shm').first().waitFor();
    },
  },
  {
    name: 'console-demo',
    async prepare(page) {
      await select(page, 'demo');
      await writable(page);
      await serial(page).getByText('demo: ready').first().waitFor();
    },
  },
  {
    name: 'console-split',
    docs: 'dark',
    async prepare(page) {
      await select(page, 'demo');
      await writable(page);
      await serial(page).click();
      await page
        .getByRole('button', { name: /^Split/ })
        .first()
        .click();
      const item = page.getByRole('menuitem', { name: /right/i });
      if ((await item.count()) > 0) await item.first().click();
      await page
        .getByRole('tablist', { name: /Consoles/ })
        .nth(1)
        .waitFor();
      // The letters are measured anew for the smaller panes; one frame before that is no picture of it.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.xterm-rows span')].every(
          (span) => Math.abs(Number.parseFloat(span.style.letterSpacing || '0')) < 0.5,
        ),
      );
    },
  },
  {
    name: 'console-search',
    async prepare(page) {
      await select(page, 'demo');
      await writable(page);
      await serial(page).click();
      await page.keyboard.press('Control+Shift+F');
      await page.keyboard.type('demo');
      await page
        .getByText(/\d+ of \d+|\d+\/\d+/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'console-panicked',
    async prepare(page) {
      await select(page, 'scheduler-fix');
      await serial(page).waitFor();
    },
  },
  {
    name: 'console-stopped',
    async prepare(page) {
      await select(page, 'nightly');
      await serial(page).waitFor();
    },
  },
  {
    name: 'ports',
    async prepare(page) {
      await select(page, 'demo');
      await tab(page, 'Ports');
      await page.getByRole('table', { name: 'Port mappings' }).waitFor();
    },
  },
  {
    name: 'ports-empty',
    async prepare(page) {
      await select(page, 'scheduler-fix');
      await tab(page, 'Ports');
    },
  },
  {
    name: 'command',
    docs: 'light',
    async prepare(page) {
      await select(page, 'demo');
      await tab(page, 'Command');
      await page.getByText('-machine').first().waitFor();
    },
  },
  {
    name: 'timeline',
    docs: 'light',
    async prepare(page) {
      await select(page, 'linux');
      await tab(page, 'Timeline');
      await page.getByText('let the guest go').waitFor();
    },
  },
  {
    name: 'details',
    async prepare(page) {
      await select(page, 'demo');
      await tab(page, 'Details');
      await page.getByRole('table', { name: 'Boots' }).waitFor();
    },
  },
  {
    name: 'failure',
    docs: 'light',
    async prepare(page) {
      await select(page, 'broken');
      await page
        .getByText(/ended|failed/i)
        .first()
        .waitFor();
    },
  },
  { name: 'new-instance-gallery', prepare: newInstance },
  {
    name: 'new-instance',
    prepare: (page) => source(page, /Disk or ISO/),
  },
  {
    name: 'paste',
    prepare: (page) => source(page, /^Paste a command/),
  },
  {
    name: 'paste-import',
    docs: 'dark',
    async prepare(page, { build }) {
      await source(page, /^Paste a command/);
      await page.getByLabel('Command line or script').fill(runScript(build));
      await named(page, 'button', 'Read').click();
      await page.getByLabel('Name', { exact: true }).waitFor();
      await page.getByRole('listbox', { name: 'Arguments' }).waitFor();
    },
  },
  {
    name: 'form-edit',
    async prepare(page) {
      await select(page, 'nightly');
      await named(page, 'button', 'Edit').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'doctor',
    docs: 'dark',
    async prepare(page) {
      await named(page, 'button', 'Doctor').click();
      await page.getByRole('heading', { name: 'Doctor' }).waitFor();
      await page.getByRole('heading', { level: 2 }).first().waitFor();
    },
  },
  {
    name: 'settings',
    async prepare(page) {
      await named(page, 'button', 'Settings').click();
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
    },
  },
  {
    name: 'palette',
    async prepare(page) {
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('Control+Shift+P');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'shortcuts',
    async prepare(page) {
      await page.getByRole('listbox', { name: 'Instances' }).focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'context-menu',
    async prepare(page) {
      await page.getByRole('option', { name: /^nightly/ }).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'delete',
    async prepare(page) {
      await select(page, 'nightly');
      await page.getByRole('listbox', { name: 'Instances' }).focus();
      await page.keyboard.press('Delete');
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor();
      await page.getByRole('row').nth(1).waitFor();
    },
  },
  {
    name: 'list-none-match',
    async prepare(page) {
      await page.getByRole('option').first().waitFor();
      await page.getByRole('searchbox', { name: 'Search instances' }).fill('nothing like it');
      await page.getByText(/Nothing matches/).waitFor();
    },
  },
  {
    name: 'gallery',
    async prepare(page) {
      await page.getByRole('option').first().waitFor();
      await page.evaluate(() => {
        window.location.hash = '#gallery';
      });
      await page.getByRole('heading', { name: 'Gallery of parts' }).waitFor();
    },
  },
  {
    name: 'not-connected',
    on: 'lost',
    prepare: (page) => page.getByText('Connection lost').first().waitFor(),
  },
];
