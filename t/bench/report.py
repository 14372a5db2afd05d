"""Medians, ratios, goals: as tables of text, which are also Markdown."""
import statistics

OURS, PEER, LIMIT = 'pop3srvd', 'dovecot', 'limit'
SIGN = {'dovecot': '≥ %g × Dovecot', 'limit': '≥ %g of limit', 'cpu_us': '≤ %g us CPU', 'p50_ms': 'p50 ≤ %g ms',
        'p99_ms': 'p99 ≤ %g ms', 'others': "others' p99 ≤ %g ×"}


def number(x, unit=''):
    if x is None:
        return '-'
    text = '{:,.0f}'.format(x) if abs(x) >= 100 else '%.3g' % x
    return (text + ' ' + unit).strip() if not unit.startswith('/') else text + unit


def better(row, ours, theirs):
    """How often as good as theirs is ours?"""
    if not ours or not theirs:
        return None
    return theirs / ours if row.lower_is_better() else ours / theirs


def judge(b, row):
    """[(goal, figure as text, True met, False missed, None unknown)]"""
    out, value = [], b.medians(row.key)
    for what, bound in row.goals:
        if what in (PEER, LIMIT):
            x = better(row, value.get(OURS), value.get(what))
            out.append((SIGN[what] % bound, number(x), None if x is None else x >= bound))
            continue
        x = b.medians(row.key, what).get(OURS)
        text = '≤ %g %s' % (bound, row.unit) if what == 'value' else SIGN[what] % bound
        if what == 'others':
            during, alone = b.medians(row.key, 'others_ms').get(OURS), b.medians(row.key, 'alone_ms').get(OURS)
            x = during / alone if during is not None and alone else None
            out.append((text, number(x), None if x is None else x <= bound or during <= 1))
        else:
            out.append((text, number(x), None if x is None else x <= bound))
    return out


def verdict(judged):
    if not judged:
        return ''
    said = ['missed: %s' % x if ok is False else 'unknown' if ok is None else 'met' for _, x, ok in judged]
    return 'met' if all(s == 'met' for s in said) else ', '.join(said)


def aligned(head, lines):
    """A Markdown table that is a table to the eye as well."""
    wide = [max(len(str(r[i])) for r in [head, *lines]) for i in range(len(head))]
    def line(r):
        return '| ' + ' | '.join(str(c).ljust(w) for c, w in zip(r, wide)) + ' |'
    return [line(head), '|' + '|'.join('-' * (w + 2) for w in wide) + '|', *map(line, lines)]


def measured(b, rows):
    return [r for r in rows if r.key in b.results or r.key in b.reasons]


def thrift(b, row):
    """How often ours could do it in the processor time of Dovecot: what other
    work on the machine changes least."""
    cpu = b.medians(row.key, 'cpu_us')
    return cpu[PEER] / cpu[OURS] if cpu.get(PEER) and cpu.get(OURS) else None


def goals_table(b, rows):
    lines = []
    for row in measured(b, rows):
        if row.curve:
            continue
        v = b.medians(row.key)
        judged = judge(b, row)
        lines.append([row.title, *(number(v.get(s), row.unit) if s in v else '-' for s in (OURS, PEER, LIMIT)),
                      number(better(row, v.get(OURS), v.get(PEER))), number(better(row, v.get(OURS), v.get(LIMIT))),
                      number(thrift(b, row)),
                      ', '.join(g for g, _, _ in judged), verdict(judged)])
    return aligned(['work', 'ours', 'Dovecot', 'limit', '× Dovecot', 'of limit', 'CPU × Dovecot', 'goal', ''],
                   lines)


def detail_table(b, rows):
    lines = []
    for row in measured(b, rows):
        for name in (OURS, PEER, LIMIT):
            runs = b.results.get(row.key, {}).get(name)
            if not runs:
                why = b.reasons.get(row.key, {}).get(name) or (b.absent.get(name) if name in row.servers else None)
                if why:
                    lines.append([row.key, name, 0] + [''] * 8 + ['not measured: ' + why])
                continue
            v = [r['value'] for r in runs]
            def mid(key, scale=1, runs=runs):
                x = [r[key] for r in runs if r.get(key) is not None]
                return number(statistics.median(x) * scale) if x else ''
            lines.append([row.key, name, len(runs), number(statistics.median(v), row.unit),
                          '%s..%s' % (number(min(v)), number(max(v))), mid('p50_ms'), mid('p95_ms'), mid('p99_ms'),
                          mid('cpu_us'), mid('forks', 1000), '%s / %s' % (mid('foreign', 100), mid('steal', 100)),
                          runs[-1].get('note', '')])
    return aligned(['row', 'server', 'runs', 'median', 'range', 'p50 ms', 'p95', 'p99', 'CPU us', 'forks/1000',
                    'others / stolen %', 'remark'], lines)


CURVES = {'cost': ('Processor time of a session', 'connections', 'us'),
          'login': ('Login, STAT and UIDL, warm', 'messages', 'ms')}


def curve(b, rows, name):
    """{server: [(x, value)]}"""
    out = {}
    for row in rows:
        if row.curve == name:
            for srv, v in b.medians(row.key).items():
                out.setdefault(srv, []).append((row.x, v))
    return out


def curve_tables(b, rows):
    lines = []
    for name, (title, what, unit) in CURVES.items():
        points = curve(b, rows, name)
        xs = sorted({x for p in points.values() for x, _ in p})
        if not xs:
            continue
        lines += ['', '%s, %s, by %s:' % (title, unit, what), '']
        body = []
        for srv in (OURS, PEER, LIMIT):
            at = dict(points.get(srv, []))
            if not at:
                continue
            first, last = at[min(at)], at[max(at)]
            body.append([srv, *(number(at.get(x)) for x in xs), '%s × for %s ×' % (
                number(last / first if first else None), number(max(at) / min(at)))])
        lines += aligned([what, *('{:,}'.format(x) for x in xs), 'growth'], body)
    return lines


def busy(b):
    """How far the figures can be believed."""
    shares = [100 * (r['foreign'] + r['steal']) for by in b.results.values() for runs in by.values()
              for r in runs if 'foreign' in r]
    if not shares:
        return 'Nothing is known of other work on the machine.'
    mid = statistics.median(shares)
    text = 'Others used %.0f %% of the machine meanwhile (median; at most %.0f %%)' % (mid, max(shares))
    return text + (': too much for more than a first impression.' if mid > 15 else '.')


def as_json(b, rows, about):
    return {'about': about, 'rows': [
        {'key': r.key, 'title': r.title, 'unit': r.unit, 'results': b.results.get(r.key, {}),
         'not_measured': b.reasons.get(r.key, {}), 'goals': [
             {'goal': g, 'is': x, 'met': ok} for g, x, ok in judge(b, r)]} for r in measured(b, rows)]}
