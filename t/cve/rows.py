"""The rows: a class of defects, the CVE ids in which it was found elsewhere,
and the test that it is not found here.

TABLE is the list; @row('S-09', 'what must hold') makes a function its test.
Rows without a number of their own have a word.  A row may have several tests.
"""
import re

TABLE = {
    # what is parsed
    'S-01': '1999-0006 1999-0042 1999-1511 2000-0091 2003-0264 2006-6605 1999-0494 2000-0060 2000-0840 2001-1046 '
            '2002-0799 2002-2357 2004-1558 2006-2502 2007-4646 2019-25364 2024-24736 1999-0822 2000-0096 2000-0841 '
            '2001-0442 2006-4364 2006-2659 2003-0143',
    'S-02': '2002-1539',
    'S-03': '2002-0454 2003-1266',
    'S-04': '2000-0320',
    'S-05': '2000-0442 2000-0583 2003-0391 2004-0777',
    'S-06': '2007-0886',
    'S-07': '2019-11500 2011-1929',
    'S-08': '2019-10691 2020-7046',
    'S-09': '2020-10957 2020-10958',
    'S-10': '2010-0745 2020-12100 2024-23184 2024-23185 2026-27859 2020-25275 2002-0914',
    'S-11': '2019-7524',
    'S-12': '2021-33582',
    'S-13': '2005-1513 2010-4011 2007-6598 2025-30189',
    'S-14': '2023-29323',
    # who is let in
    'S-20': '2011-0411 2011-1926 2014-3556 2020-29547 2021-33515 2021-38084 2021-38542',
    'CLIENT': '2020-15953 2020-14954 2026-41319',
    'S-21': '2008-1218 2022-27924',
    'S-22': '2005-0198 2019-3814 2022-30550',
    'S-23': '2013-4122',
    'S-24': '2005-3532 2022-24732',
    'APOP': '2007-1558',
    'S-25': '2008-2049',
    'S-26': '2001-1280 2018-15473 2016-6210',
    'S-27': '2016-6515',
    'S-28': '2017-15132 2016-8652 2019-11494 2019-11499 2006-0730 2020-35679',
    'S-29': '2025-59028',
    'S-30': '2011-1720',
    'S-31': '2017-2669 2003-0040 2008-2380 2026-24031 2026-27860',
    'S-32': '2013-6171 2006-2414',
    'S-33': '2021-3618',
    # files, rights, installation
    'S-40': '2009-3897 2021-28374 2008-4870 2005-1062 2005-1063',
    'S-41': '2005-1151 2005-1152',
    'S-42': '2001-1487 2005-3098 2003-1452',
    'S-43': '2008-1199 2008-2936 2008-2937 2004-0984',
    'S-44': '2025-62875',
    'SPOOL': '2020-8793',
    'RELEASE': '2011-2523',
    'STORE': '2000-0019 2025-52373 2025-52374',
    # denial of service, TLS
    'S-50': '2014-3430 2013-2125 2010-5107 2021-30047',
    'S-51': '2015-3420',
    'S-52': '2017-15130',
    'S-53': '2010-3780',
    'S-54': '2009-3555 2011-1473 2021-3449 2016-8610',
    'S-55': '2014-0160 2014-3566 2016-0800 2016-2183',
    'S-56': '2024-34055 2025-61600 2026-27857 2025-26466',
    'S-57': '2024-6387 2006-5051',
}

TESTS = []


class Skip(Exception):
    """This cannot be shown here; the text says why."""


class Test:
    def __init__(self, sid, what, shows):
        self.sid, self.what, self.shows = sid, what, shows
        self.part = shows.__module__


def row(sid, what):
    def keep(shows):
        TESTS.append(Test(sid, what, shows))
        return shows
    return keep


def cves(sid):
    return ['CVE-' + n for n in TABLE[sid].split()]


def faults():
    """What is wrong with the list itself."""
    have = {t.sid for t in TESTS}
    seen = set()
    for sid in TABLE:
        if sid not in have:
            yield '%s has no test' % sid
        if not TABLE[sid]:
            yield '%s names no CVE' % sid
        for n in cves(sid):
            if not re.fullmatch(r'CVE-(19|20)\d\d-\d{4,}', n):
                yield '%s: %s is no CVE id' % (sid, n)
            if n in seen:
                yield '%s is in two rows' % n
            seen.add(n)
    for t in TESTS:
        if t.sid not in TABLE:
            yield '%s is in no table' % t.sid
        if not t.what or t.shows.__code__.co_code == empty.__code__.co_code:
            yield '%s: a test that shows nothing' % t.sid


def empty(lab):
    pass


def listing():
    for sid in TABLE:
        for t in TESTS:
            if t.sid == sid:
                yield '%-8s %s\n         %s' % (sid, t.what, ' '.join(cves(sid)))
