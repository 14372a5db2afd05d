"""The results as one SVG: ratios to Dovecot, and both curves."""
import math
from xml.sax.saxutils import escape

from report import CURVES, LIMIT, OURS, PEER, better, curve, number

COLOUR = {OURS: '#1b6ca8', PEER: '#b0b0b0', LIMIT: '#e0a030'}
LEFT, WIDE, BAR, ROW = 380, 420, 8, 34
DECADES = (-1, 3)		# of the ratio axis: 0.1 to 1000


def across(x):
    lo, hi = DECADES
    return LEFT + WIDE * (min(max(math.log10(x), lo), hi) - lo) / (hi - lo)


def words(x, y, text, anchor='start', size=12, colour='#222'):
    return '<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s">%s</text>' % (
        x, y, size, anchor, colour, escape(text))


def line(x1, y1, x2, y2, colour='#ccc', wide=1):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%g"/>' % (
        x1, y1, x2, y2, colour, wide)


def bars(b, rows, top):
    """A row: ours and the limit beside Dovecot, which is 1; a mark where the goal is."""
    out, y = [], top
    for row in rows:
        v = b.medians(row.key)
        if row.curve or OURS not in v or PEER not in v:
            continue
        out.append(words(LEFT - 8, y + 18, row.title, 'end', 11))
        for i, srv in enumerate((OURS, PEER, LIMIT)):
            r = better(row, v.get(srv), v[PEER])
            if r:
                end = across(r)
                out.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
                    LEFT, y + i * (BAR + 2), max(1, end - LEFT), BAR, COLOUR[srv]))
                out.append(words(end + 4, y + i * (BAR + 2) + 8, number(r), size=9))
        for what, bound in row.goals:
            if what == PEER:
                out.append(line(across(bound), y - 3, across(bound), y + BAR + 3, '#c02020', 2))
        y += ROW
    grid = []
    for d in range(DECADES[0], DECADES[1] + 1):
        x = across(10.0 ** d)
        grid += [line(x, top - 6, x, y), words(x, top - 10, '%g' % 10.0 ** d, 'middle', 10)]
    return grid + out, y


def plot(b, rows, name, top):
    """One curve, both axes logarithmic."""
    title, what, unit = CURVES[name]
    points = curve(b, rows, name)
    all_points = [p for ps in points.values() for p in ps if p[1] > 0]
    if len({x for x, _ in all_points}) < 2:
        return [], top
    xs, ys = [math.log10(x) for x, _ in all_points], [math.log10(v) for _, v in all_points]
    x0, x1, y0, y1 = min(xs), max(xs), math.floor(min(ys)), math.ceil(max(ys)) or 1
    y1, high = max(y1, y0 + 1), 170

    def at(x, v):
        return LEFT + WIDE * (math.log10(x) - x0) / (x1 - x0), top + high - high * (math.log10(v) - y0) / (y1 - y0)
    out = [words(LEFT - 60, top + high / 2, '%s, %s' % (title, unit), 'end', 12)]
    for d in range(y0, y1 + 1):
        _, y = at(10 ** x0, 10.0 ** d)
        out += [line(LEFT, y, LEFT + WIDE, y), words(LEFT - 6, y + 4, '%g' % 10.0 ** d, 'end', 10)]
    for x in sorted({x for x, _ in all_points}):
        out.append(words(at(x, 10.0 ** y0)[0], top + high + 14, '{:,}'.format(x), 'middle', 10))
    out.append(words(LEFT + WIDE + 40, top + high + 14, what, size=10))
    for srv, ps in points.items():
        where = ['%.1f,%.1f' % at(x, v) for x, v in sorted(ps) if v > 0]
        out.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (' '.join(where), COLOUR[srv]))
        for w in where:
            out.append('<circle cx="%s" cy="%s" r="3" fill="%s"/>' % (*w.split(','), COLOUR[srv]))
    return out, top + high + 50


def draw(b, rows, about):
    parts = [words(12, 22, 'pop3srvd beside Dovecot and the limit of the machine', size=15)]
    parts += [words(12, 40 + 15 * i, t, size=10, colour='#666') for i, t in enumerate(about)]
    for i, (srv, text) in enumerate(((OURS, 'pop3srvd'), (PEER, 'Dovecot, tuned (1)'), (LIMIT, 'limit: canned answers'))):
        parts += ['<rect x="%d" y="84" width="10" height="10" fill="%s"/>' % (LEFT + 150 * i, COLOUR[srv]),
                  words(LEFT + 14 + 150 * i, 93, text, size=11)]
    parts.append(words(12, 93, 'how often as good as Dovecot; red: the goal', size=11))
    body, y = bars(b, rows, 124)
    parts += body
    y += 30
    for name in CURVES:
        body, y = plot(b, rows, name, y)
        parts += body
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="940" height="%d" font-family="sans-serif">\n'
            '<rect width="100%%" height="100%%" fill="white"/>\n%s\n</svg>\n' % (y + 10, '\n'.join(parts)))
