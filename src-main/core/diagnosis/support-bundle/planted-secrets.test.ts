/** Secrets in the syntaxes people have them in. Each has PLANTED in it, or is listed with what must be gone. */
import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

const clean = (text: string) =>
  redact(text, { homeDirectory: '/home/ann.lee', userName: 'ann.lee', hostName: 'lighthouse' }).text;

const base64 = 'UExBTlRFRHNlY3JldHNlY3JldHNlY3JldHNlY3JldHNlY3JldHNlY3JldHNlYwAB';
const planted: readonly string[] = [
  // JSON, in itself and in a string
  '{"password":"PLANTED"}',
  '{"password": "two words PLANTED", "x": 1}',
  '{"password":"with \\"quotes\\" PLANTED"}',
  '"args": "{\\"password\\": \\"PLANTED\\"}"',
  '"args": "{\\"api_key\\":\\"PLANTED with words\\"}"',
  '{"client_secret":"PLANTED"}',
  '{"accessToken": "PLANTED"}',
  '{"private_key": "PLANTED"}',
  '{"credentials":"PLANTED"}',
  '{"pass":"PLANTED"}',
  "{'password': 'PLANTED'}",
  '{"execute":"set_password","arguments":{"protocol":"vnc","password":"PLANTED"}}',
  // QEMU's arguments
  '-object secret,id=sec0,data=PLANTED',
  '-object secret,id=sec0,format=raw,data=one,,PLANTED',
  "-object 'secret,id=sec0,data=PLANTED'",
  '-object secret,data=PLANTED,id=sec0',
  '-object {"qom-type":"secret","id":"s0","data":"PLANTED"}',
  '-object {"data":"PLANTED","qom-type":"secret"}',
  '(qemu) object_add secret,id=s0,data=PLANTED',
  '-fw_cfg name=opt/org.example/key,string=PLANTED',
  '-fw_cfg opt/org.example/key,string=PLANTED',
  "-fw_cfg 'name=opt/com.example/cred,string=two words PLANTED'",
  '"-fw_cfg", "name=opt/x/y,string=PLANTED"',
  '-smbios type=11,value=io.systemd.credential:x=PLANTED',
  '-smbios type=11,value=first,value=PLANTED',
  '-spice port=5900,password=PLANTED',
  '-drive driver=ssh,user=ann,file.password=PLANTED',
  '-iscsi user=ann,password=PLANTED',
  '(qemu) set_password vnc PLANTED',
  '(qemu) change vnc password PLANTED',
  '-device tpm,secret=PLANTED',
  // Kernel, initrd, systemd
  'console=ttyS0 luks.password=PLANTED quiet',
  'rd.luks.key=PLANTED root=/dev/vda',
  'systemd.set_credential=passwd.hashed-password.root:PLANTED',
  'systemd.set_credential_binary=x.y:UExBTlRFRA==PLANTED',
  'rd.systemd.set_credential=a:PLANTED',
  'io.systemd.credential:a.b=PLANTED',
  'io.systemd.credential.binary:a.b=PLANTED',
  'append="root=/dev/vda password=\'two words PLANTED\'"',
  '-append \'root=/dev/vda wifi.psk="two words PLANTED"\'',
  '"append": "quiet password=\\"two words PLANTED\\" ro"',
  'dm_crypt.passphrase=PLANTED',
  // Environment, ini, yaml, xml, shell
  'export DB_PASSWORD=PLANTED',
  'AWS_SECRET_ACCESS_KEY=PLANTED',
  'AWS_SESSION_TOKEN="PLANTED"',
  'MYSQL_PWD=PLANTED',
  'DB_PASS=PLANTED',
  'GITHUB_TOKEN=PLANTED ./run.sh',
  'SECRET_KEY_BASE=PLANTED',
  'password = PLANTED',
  '  password: "PLANTED"',
  'token: PLANTED',
  ':secret => "PLANTED"',
  '<password>PLANTED</password>',
  '<user:passphrase>two words PLANTED</user:passphrase>',
  'PrivateKey = PLANTED=',
  'PresharedKey=PLANTED',
  'wpa_psk=PLANTED',
  'AccountKey=PLANTED;EndpointSuffix=x',
  'curl -u ann:PLANTED https://example.org',
  'curl --user "ann:PLANTED" https://example.org',
  'tool --password PLANTED --verbose',
  'tool --api-key PLANTED',
  'tool --auth-token=PLANTED',
  'sshpass -p PLANTED ssh host',
  'machine example.org login ann password PLANTED',
  // HTTP
  'fetching https://ann:PLANTED@example.org/x',
  'nbd://:PLANTED@storage/disk',
  'mongodb+srv://ann:PLANTED@db/x',
  'GET /x?access_token=PLANTED&y=1',
  'https://x.blob.example/y?sv=1&sig=PLANTED%3D',
  'https://s3.example/y?X-Amz-Signature=PLANTED',
  'Authorization: Bearer PLANTEDPLANTED',
  'Authorization: Basic UExBTlRFRFBMQU5URUQ=PLANTED',
  'Authorization: Digest username="ann", response=PLANTED',
  'X-Api-Key: PLANTED',
  'Cookie: session=PLANTED; other=PLANTED',
  'Set-Cookie: sid=PLANTED; HttpOnly',
  // Blocks
  '-----BEGIN OPENSSH PRIVATE KEY-----\nPLANTED\n-----END OPENSSH PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----',
  '-----BEGIN ENCRYPTED PRIVATE KEY-----\nPLANTED',
  '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nPLANTED\n-----END PGP PRIVATE KEY BLOCK-----',
  '-----BEGIN PGP MESSAGE-----\n\nPLANTED\n-----END PGP MESSAGE-----',
  '"key": "-----BEGIN RSA PRIVATE KEY-----\\nPLANTED\\n-----END RSA PRIVATE KEY-----"',
  `${base64}\n${base64}\nPLANTED==`,
  `${base64}\n${base64}\nPLANTED==\n-----END RSA PRIVATE KEY-----`,
  `  ${base64}\n  ${base64}\n  PLANTED==`,
  `b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAPLANTED`,
  `MIIEpAIBAAKCAQEAPLANTEDxxxxxxxxxxxxxxxxxx`,
  'MC4CAQAwBQYDK2VwBCIEIPLANTEDxxxxxxxxxxxxxxxx',
  // Hashes and tokens of known makers
  'root:$6$saltsalt$PLANTEDxxxxxxxxxxxx:19000:0:99999:7:::',
  'ann:$2b$12$PLANTEDxxxxxxxxxxxxxxxxxxxxxx',
  '$argon2id$v=19$m=65536,t=3,p=4$PLANTED$PLANTED',
  `ghp_PLANTED${'a'.repeat(30)}`,
  `github_pat_PLANTED${'a'.repeat(30)}`,
  `glpat-PLANTED${'a'.repeat(20)}`,
  'xoxb-123456789012-PLANTED',
  'sk_live_PLANTED0123456789ab',
  `sk-PLANTED${'a'.repeat(30)}`,
  `npm_PLANTED${'a'.repeat(29)}`,
  'SG.PLANTEDaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaa',
  'eyJhbGciOiJIUzI1NiJ9.eyJQTEFOVEVEIjoxfQ.PLANTEDxxxx',
  'hooks.slack.com/services/T0/B0/PLANTED',
  `hvs.PLANTED${'a'.repeat(20)}`,
  `AGE-SECRET-KEY-1PLANTED${'Q'.repeat(40)}`,
  `123456789:AAPLANTED${'a'.repeat(26)}`,
];

/** What somebody who helps needs to read. */
const harmless: readonly string[] = [
  'root=/dev/vda1 ro console=ttyS0,115200n8 quiet panic=-1',
  'rd.luks.uuid=luks-1234 rd.luks.options=discard rd.lvm.lv=vg/root',
  '-drive file=disk.qcow2,if=virtio,format=qcow2,cache=none',
  '-object memory-backend-file,id=mem,size=1G,mem-path=/dev/shm,share=on',
  '-object rng-random,id=rng0,filename=/dev/urandom',
  '-fw_cfg name=opt/org.example/file,file=blob.bin',
  '-smbios type=1,manufacturer=Example,product=Board',
  '-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22',
  '-vnc :1,password=on',
  '-device virtio-keyboard-pci',
  'Password: ',
  'password required for login',
  'Please enter passphrase for disk',
  'passwordless sudo is set up',
  'no key for the keyboard; compass=north bypass=1',
  'tokens used 5 of 10',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC public@key',
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '[    0.000000] Linux version 6.1.0-18-amd64 (gcc-12 (Debian 12.2.0-14) 12.2.0)',
  '[    1.234567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
  'qemu-system-x86_64: -drive file=x.img: Could not open: No such file or directory',
  'Loaded X.509 cert: Debian Secure Boot CA: 6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1',
  'http://127.0.0.1:8080/index.html',
  'uuid 1b4e28ba-2fa1-11d2-883f-0016d3cca427',
  '{"pid": 4711, "phase": "running", "ports": []}',
  '00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............',
];

describe('secrets that were planted', () => {
  it('are at least eighty, in many syntaxes', () => {
    expect(planted.length).toBeGreaterThanOrEqual(80);
    for (const text of planted) expect(text).toContain('PLANTED');
  });

  it.each(planted)('are taken out of %j', (text) => {
    expect(clean(text)).not.toContain('PLANTED');
    // Also in the middle of what is written around it.
    expect(clean(`first line\n${text}\n`)).not.toContain('PLANTED');
  });

  it.each(harmless)('are not seen in %j', (text) => {
    expect(clean(text)).toBe(text);
  });
});
