/** Hosts that no call may reach, as they may be written: private, local, reserved and wrapped addresses. */
export const REFUSED_HOSTS: readonly string[] = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '①②⑦.0.0.1', '127。0。0。1', '0', '0.0.0.0'],
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[::127.0.0.1]', '[fe80::1]'],
  ...['[2002:7f00:1::1]', '[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[fd00::1]', '[ff02::1]'],
  ...['169.254.169.254', '10.1.2.3', '192.168.0.1', '172.16.5.5', '100.100.100.200', '168.63.129.16'],
  ...['192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', 'localhost', 'LOCALHOST'],
];

/** URLs that are none of http, carry credentials, or lead to a port of another protocol. */
export const REFUSED_URLS: readonly string[] = [
  ...['http:\\\\127.0.0.1', 'http://me@example.com/', 'http://me:secret@example.com/'],
  ...['http://example.com:25/', 'http://example.com:22/', 'https://example.com:445/'],
];

/** What a name may resolve to that is refused, as the whole of an answer. */
export const REFUSED_RESOLUTIONS: readonly (readonly [kind: string, addresses: readonly string[]])[] = [
  ['a private address', ['10.0.0.5']],
  ['a public and a private one', ['93.184.216.34', '127.0.0.1']],
  ['a mapped one', ['::ffff:127.0.0.1']],
  ['one of NAT64', ['64:ff9b::7f00:1']],
  ["a cloud's metadata", ['169.254.169.254']],
];

/** Where a host may redirect to that is refused. */
export const REFUSED_REDIRECTS: readonly string[] = [
  ...['http://127.0.0.1:1/', 'http://[::1]/', 'http://169.254.169.254/', 'file:///etc/passwd', 'http://localhost/'],
  '//10.0.0.1/',
];
