/**
 * Where secrets stand: arguments of QEMU and kernels by their syntax, keys and their values in any notation, blocks of
 * keys, and the shapes that makers of tokens publish. Data, no decisions; every pattern is linear in what it reads.
 */

export interface Rule {
  readonly kind: string;
  readonly pattern: RegExp;
  /** `$1` and so on stay. */
  readonly replacement: string;
}

/** What a key is called that has a secret for its value. `pass` and `pwd` alone are words' ends: compass, bypass. */
const key = [
  'passw(?:or)?d',
  'passphrase',
  'passcode',
  'secret',
  'token',
  '(?:api|access|account|private|encryption|signing|shared|pre-?shared|auth|master|session|host)[_.-]?key',
  'psk',
  'credentials?',
  '(?<![a-z])pass',
  '(?<![a-z])pwd',
].join('|');
const named = String.raw`[\w.-]{0,40}(?:${key})(?:[_-](?:key|base|value|hash|data|text))*`;

/** Text inside text (`\"x\"`), quoted, or up to where a value ends; a doubled comma is one of the value's. */
const quoted = String.raw`\\+"(?:[^"\\\n]|\\(?!"))*\\+"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const value = String.raw`(?:${quoted}|(?:,,|[^\s,;"'&<>}\])])+)`;
/** Says whether there is one, not which. */
const plainWord = String.raw`(?!["']?(?:on|off|true|false|yes|no|null|none|required|optional)\b)(?!\(removed\))`;

const rule = (kind: string, pattern: string, replacement: string, flags = 'gi'): Rule => ({
  kind,
  pattern: new RegExp(pattern, flags),
  replacement,
});

export const secretRules: readonly Rule[] = [
  rule(
    'private key',
    String.raw`-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?|PGP MESSAGE)-----[\s\S]*?(?:-----END \1-----|$)`,
    '-----BEGIN $1----- (removed)',
    'g',
  ),
  // The same without their first lines, or without both: what keys begin with, and blocks of encoded lines.
  rule(
    'private key',
    String.raw`(?:b3BlbnNzaC1rZXktdjE|MII[A-Za-z]|MHcCAQEE|MHQCAQEE|MC4CAQAw)(?:[\w+/=]|\\n|\r?\n(?=[\w+/]{20})){24,}`,
    '(removed)',
    'g',
  ),
  rule(
    'encoded block',
    String.raw`^[ \t|>]*(?:[A-Za-z0-9+/]{48,76}\r?\n[ \t|>]*){2,}[A-Za-z0-9+/=]{1,76}`,
    '(removed)',
    'gm',
  ),
  rule('private key', String.raw`\bAGE-SECRET-KEY-1[0-9A-Z]{40,}`, '(removed)'),

  // QEMU: what is given to an object, to firmware and to the guest in the arguments themselves.
  rule('secret of QEMU', String.raw`(\bsecret,[^\s"']{0,200}?\bdata=)${value}`, '$1(removed)'),
  rule('secret of QEMU', String.raw`("qom-type"\s*:\s*"secret"[^{}\n]{0,300}?"data"\s*:\s*)${value}`, '$1(removed)'),
  // Quoted whole, so that a value may have spaces.
  rule(
    'secret of QEMU',
    String.raw`(["'])((?:secret,[^"'\n]{0,200}?\bdata=|(?:name=)?opt/[^"'\n]{1,200}?,string=|type=11,))[^"'\n]*(?=\1)`,
    '$1$2(removed)',
  ),
  rule(
    'secret of QEMU',
    String.raw`("data"\s*:\s*)${value}(?=[^{}\n]{0,300}?"qom-type"\s*:\s*"secret")`,
    '$1(removed)',
  ),
  rule('firmware item', String.raw`(\bfw_cfg["',\s]+[^\s"']{0,200}?\bstring=)${value}`, '$1(removed)'),
  rule('firmware item', String.raw`((?<![\w-])name=opt/[^\s,"']{1,200},string=)${value}`, '$1(removed)'),
  rule('SMBIOS strings', String.raw`(\btype=11,)[^\s"']+`, '$1(removed)'),
  rule('SMBIOS strings', String.raw`(\btype=11,)(?=["'])${value}`, '$1(removed)'),
  rule(
    'password',
    String.raw`(\b(?:set_password|change)\s+(?:vnc|spice)(?:\s+password)?\s+)${plainWord}${value}`,
    '$1(removed)',
  ),

  // Kernel and systemd.
  rule('credential', String.raw`(\bset_credential(?:_binary)?=["']?[^\s:"']{1,100}:)[^\s"']+`, '$1(removed)'),
  rule('credential', String.raw`(\bio\.systemd\.credential(?:\.binary)?:[^\s=,"']{1,100}=)${value}`, '$1(removed)'),
  rule('disk key', String.raw`(\b(?:rd\.)?luks\.key=|\bcryptkey=|\bkeyfile_data=)${value}`, '$1(removed)'),

  // Keys and values, in whatever notation.
  rule('password', String.raw`\b(${named}(?:\\*["'])?[ \t]*(?:=>|:=|[:=])[ \t]*)${plainWord}${value}`, '$1(removed)'),
  rule('password', String.raw`(<((?:[\w:-]{0,40})(?:${key})[\w:-]{0,20})>)[^<\n]{1,500}(?=</)`, '$1(removed)'),
  rule('password', String.raw`(?<!\S)(--?[\w-]{0,40}(?:${key})[ \t]+)(?!-)${plainWord}${value}`, '$1(removed)'),
  rule('password', String.raw`(\bsshpass[ \t]+-p[ \t]*)${value}`, '$1(removed)'),
  rule('password', String.raw`(\blogin[ \t]+\S{1,100}[ \t]+password[ \t]+)\S+`, '$1(removed)'),
  rule(
    'password',
    String.raw`((?<!\S)(?:-u|--user|--proxy-user)[ =][ \t]*["']?[^\s:"']{1,100}:)[^\s"']+`,
    '$1(removed)',
    'g',
  ),
  rule(
    'password hash',
    String.raw`\$(?:1|2[abxy]|5|6|7|y|gy|argon2\w*|scrypt|apr1)\$[\w./$=,+-]{8,}`,
    '(removed)',
    'g',
  ),

  rule(
    'credentials in an address',
    String.raw`\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:"']{0,200}:[^\s/@"']{1,200}@`,
    '$1(removed)@',
  ),
  rule(
    'authorization',
    String.raw`\b((?:authorization["']?\s*[:=]\s*["']?)?(?:bearer|basic)\s+)[\w+/.=~-]{12,}`,
    '$1(removed)',
  ),
  rule(
    'authorization',
    String.raw`\b(authorization["']?[ \t]*[:=][ \t]*["']?)(?!(?:bearer|basic)\s)[^\s"'][^\n]{5,300}`,
    '$1(removed)',
  ),
  rule('cookie', String.raw`\b((?:set-)?cookie["']?[ \t]*:[ \t]*["']?)[^\n"']{3,2000}`, '$1(removed)'),
  rule(
    'signature',
    String.raw`([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-goog-signature|code)=)[^\s&"']+`,
    '$1(removed)',
  ),

  // Forms that their makers publish so that they can be found.
  rule(
    'access token',
    String.raw`\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|gl(?:pat|dt|rt|ptt|sa)[-_][\w-]{20,}|xox[abeprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]{5,})?|[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[\w-]{20,}|AIza[\w-]{35}|ya29\.[\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|SG\.[\w-]{16,}\.[\w-]{16,}|hf_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{40,}|hvs\.[\w-]{20,}|tskey-[\w-]{20,}|\d{8,10}:AA[\w-]{33})`,
    '(removed)',
    'g',
  ),
  rule(
    'access token',
    String.raw`(\bhooks\.slack\.com/services/|\bdiscord(?:app)?\.com/api/webhooks/)[\w/-]+`,
    '$1(removed)',
  ),
];
