"""Words that a mutator may put in: a dictionary a target, as libFuzzer and
AFL++ read them.  Verbs and keys are not here: grammar.c has them from their
tables."""

CRLF = r'\x0d\x0a'
WORDS = {
    'account': ['@', '@example.org', ':', '{CRYPT}', '{SHA512-CRYPT}', '$6$', '!', r'\xc2\xad', r'\xef\xbc\xa0', r'\xed\xa0\x80', '..'],
    'audit': [r'{\"seq\":', r'\",\"hash\":\"', r',\"prev\":\"', r'\"}\x0a', 'audit.torn', 'audit.continue'],
    'conf': [r'\xff', '{}', '[]', 'null', '[{', r'\"', r'\xff{'],
    'ctl': [r'\"id\":', r'\"v\":1', r'\"args\":{', 'true', r'\x00', r'\\u0000', '1e999'],
    'names': [r'\x0a', ',S=', ',W=', ':2,', ':2,FST', '.M', 'P', 'V', r'A\x0a', '1795300000', '18446744073709551616'],
    'netlist': ['/24', '/0', '/128', '/255.255.255.0', '::', 'fe80::', '::ffff:192.0.2.1', '# ', CRLF],
    'pop3': [CRLF, '*', '=', r'\x0a\x00\x00', r'\x0a.\x0a', r'\xf0', r'\xff'],
    'poppass': [CRLF, r'\x0a\x00', r'\xf0'],
    'proxyhdr': ['PROXY TCP4 ', 'PROXY TCP6 ', 'PROXY UNKNOWN', CRLF, '65535', r'\x0d\x0a\x0d\x0a\x00\x0d\x0aQUIT\x0a', r'\x21\x11\x00\x0c', r'\x21\x21\x00\x24', r'\x20\x00'],
    'relay': [r'1To: a@b.c\x0a', r'From: a@b.c\x0a', 'Bcc: ', 'Resent-To: ', 'Sender: ', r'Received: x\x0a', r'\x0a\x0a', r'\x0a ', '<', '>,', '(', ')', r'\\\"', ':', ';', '@', ',a@b.c'],
    'sasl': [CRLF, '*', '=', 'AGFubmEAc2VjcmV0', 'YW5uYQ==', 'c2VjcmV0'],
    'settings': [r'{\"', r'\":', 'null', r'\"off\"', '[]', r'\x00'],
    'xmit': [CRLF + '.' + CRLF, CRLF, r'\x0a.\x0a', r'\x0d.\x0d', '..', r'.\x0d\x0d\x0a', CRLF + '..'],
}


def write(name, path):
    """The dictionary of a target; False when it has none."""
    with open(path, 'w') as f:
        f.writelines('"%s"\n' % w for w in WORDS.get(name, []))
    return name in WORDS
