/*
 * scan.c - from folders and index to the list of messages
 *
 * Phases: compare the folders' stamps with the index; when they are equal, read
 * of a big one the list, of a small one all, and be done; else read all, then
 * the folders that changed, and join both (up to three times when others change
 * them meanwhile; then what any pass saw is the list); look at the unknown
 * files; give UIDLs.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/droplist.h"
#include "lib/base/mem.h"

#include "lib/mail/folder.h"
#include "lib/mail/look.h"
#include "lib/mail/meet.h"
#include "lib/mail/scan.h"
#include "lib/mail/uidl.h"

#define LIST_MAX	((size_t)1 << 30)
#define PASSES		3	/* while folders change under us */
#define LOOK_PASSES	40	/* while a file slips away before we see it */

enum phase { COMPARE, READ_LIST, READ_INDEX, READ_FOLDERS, JOIN, LOOK, UIDLS };

struct scan {
	int maildrop;
	enum phase phase;
	struct index_load load;
	struct buf list;	/* when that is all that was read */
	struct index_state state;
	struct meet meet;
	bool walked[FOLDER_N];	/* has to be read; the other has not changed */
	struct folder_walk walk;
	struct look look;
	uint32_t unclean;	/* passes that others disturbed */
	struct uidl_fill fill;
	struct scan_notes notes;
};

/*
 * A phase returns what scan_step() does, or NEXT when it has set another one.
 */
#define NEXT	3

static int
next(struct scan *sc, enum phase phase)
{
	sc->phase = phase;
	return NEXT;
}

/* A folder that once was not as the index says is read from then on. */
static void
compare(struct scan *sc, const struct folder_stamp now[FOLDER_N])
{
	enum folder f;

	for (f = 0; f < FOLDER_N; f++)
		if (!sc->notes.had_index || !sc->state.settled[f] ||
		    !folder_same(&now[f], &sc->state.stamps[f]))
			sc->walked[f] = true;
	if (sc->state.mixed && (sc->walked[FOLDER_NEW] ||
	    sc->walked[FOLDER_CUR]))
		sc->walked[FOLDER_NEW] = sc->walked[FOLDER_CUR] = true;
}

/* Another pass finds files under their new names. */
static int
pass_again(struct scan *sc, struct err *e)
{
	enum folder f;

	sc->notes.passes++;
	if (folder_walk_begin(&sc->walk, sc->maildrop, e) < 0)
		return -1;
	compare(sc, sc->walk.before);
	for (f = 0; f < FOLDER_N; f++)
		sc->walk.skip[f] = !sc->walked[f];
	meet_pass(&sc->meet, sc->walked);
	return next(sc, READ_FOLDERS);
}

static bool
unchanged(const struct scan *sc)
{
	return !sc->walked[FOLDER_NEW] && !sc->walked[FOLDER_CUR];
}

static int
compare_stamps(struct scan *sc, struct slice *s, struct err *e)
{
	struct folder_stamp now[FOLDER_N];

	(void)s;
	if (folder_stamps(sc->maildrop, now, e) < 0)
		return -1;
	compare(sc, now);
	return next(sc, unchanged(sc) && sc->load.list_octets > 0 ?
	    READ_LIST : READ_INDEX);
}

/* If it is damaged, the messages behind it may still be good. */
static int
read_list(struct scan *sc, struct slice *s, struct err *e)
{
	int r = index_load_list(&sc->load, s, &sc->list);
	struct droplist l;

	(void)e;
	if (r > 0)
		return r;
	if (r == 0 && droplist_view(&l, buf_data(&sc->list),
	    buf_len(&sc->list), NULL) == 0 && l.count == sc->load.count)
		return 0;
	buf_free(&sc->list);
	index_load_rewind(&sc->load);
	sc->walked[FOLDER_NEW] = sc->walked[FOLDER_CUR] = true;
	return next(sc, READ_INDEX);
}

static int
read_index(struct scan *sc, struct slice *s, struct err *e)
{
	int r = sc->load.fd < 0 ? -1 :
	    index_load_step(&sc->load, s, &sc->meet.m);

	if (r == 1)
		return 1;
	index_load_end(&sc->load);
	sc->notes.had_index = r == 0;
	if (r == 0 && unchanged(sc))
		return 0;
	sc->notes.walked = true;
	compare(sc, sc->state.stamps);
	meet_begin(&sc->meet, sc->walked);
	return pass_again(sc, e);
}

static int
read_folders(struct scan *sc, struct slice *s, struct err *e)
{
	int r = folder_walk_step(&sc->walk, s, meet_entry, &sc->meet, e);

	return r != 0 ? r : next(sc, JOIN);
}

static int
join(struct scan *sc, struct slice *s, struct err *e)
{
	int r = meet_join(&sc->meet, s, e);

	if (r != 0)
		return r;
	if (sc->walk.clean)
		meet_forget_unseen(&sc->meet);
	else if (++sc->unclean < PASSES)
		return pass_again(sc, e);
	return next(sc, LOOK);
}

static void
note(struct scan *sc)
{
	sc->notes.stated = sc->look.stated;
	sc->notes.counted = sc->look.counted;
	sc->notes.counted_octets = sc->look.counted_octets;
	sc->notes.strange = sc->meet.strange + sc->look.strange;
	sc->notes.unreadable = sc->look.unreadable;
	sc->notes.doubles = sc->meet.doubles;
}

static int
finish_list(struct scan *sc)
{
	note(sc);
	memcpy(sc->state.stamps, sc->walk.before, sizeof(sc->state.stamps));
	memcpy(sc->state.settled, sc->walk.settled,
	    sizeof(sc->state.settled));
	/* the next login must try again, though no folder has changed */
	if (sc->look.unreadable > 0)
		index_unsettle(&sc->state);
	sc->state.mixed = meet_end(&sc->meet);
	return next(sc, UIDLS);
}

/* Seen in the last pass, yet never there to look at: it must not be left out
 * of the list as if it did not exist. */
static int
check_slipped(const struct scan *sc, struct err *e)
{
	const struct msgs *m = &sc->meet.m;
	size_t i;

	for (i = 0; sc->look.missing && i < m->count; i++)
		if ((m->rows[i].flags & (MSGS_LOOK | MSGS_COUNT)) != 0 &&
		    (m->rows[i].flags & MSGS_SEEN) != 0)
			return err_set(e, ERR_TEMP,
			    "names change too fast to look at a message");
	return 0;
}

static int
look_at_new(struct scan *sc, struct slice *s, struct err *e)
{
	int r = look_step(&sc->look, &sc->meet.m, s, e);

	if (r != 0)
		return r;
	if (sc->look.missing && sc->notes.passes < LOOK_PASSES) {
		/*
		 * Whoever renames in a loop waits for the folder's lock while
		 * we read it, and so moves a file just before we look, each
		 * time: get out of step.
		 */
		r = pass_again(sc, e);
		return r == NEXT && sc->notes.passes > PASSES ? SCAN_LATER :
		    r;
	}
	if (check_slipped(sc, e) < 0)
		return -1;
	return finish_list(sc);
}

static int
give_uidls(struct scan *sc, struct slice *s, struct err *e)
{
	return uidl_fill(&sc->fill, &sc->meet.m, s, e);
}

static int (*const phases[])(struct scan *, struct slice *, struct err *) = {
	[COMPARE] = compare_stamps,
	[READ_LIST] = read_list,
	[READ_INDEX] = read_index,
	[READ_FOLDERS] = read_folders,
	[JOIN] = join,
	[LOOK] = look_at_new,
	[UIDLS] = give_uidls,
};

struct scan *
scan_new(int maildrop, struct err *e)
{
	struct scan *sc = mem_new(1, sizeof(*sc));

	if (sc == NULL) {
		(void)err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	sc->maildrop = maildrop;
	sc->phase = COMPARE;
	buf_init(&sc->list, LIST_MAX);
	look_begin(&sc->look, maildrop);
	sc->notes.had_index = index_load_begin(&sc->load, maildrop) == 0;
	sc->state = sc->load.state;
	return sc;
}

void
scan_free(struct scan **sc_p)
{
	struct scan *sc = *sc_p;

	if (sc == NULL)
		return;
	index_load_end(&sc->load);
	buf_free(&sc->list);
	folder_walk_end(&sc->walk);
	look_end(&sc->look);
	uidl_fill_end(&sc->fill);
	meet_free(&sc->meet);
	free(sc);
	*sc_p = NULL;
}

int
scan_step(struct scan *sc, struct err *e)
{
	struct slice s;
	int r;

	slice_begin(&s);
	do {
		r = phases[sc->phase](sc, &s, e);
	} while (r == NEXT);
	return r;
}

void
scan_take(struct scan *sc, struct msgs *m_r, struct index_state *state_r,
    struct scan_notes *notes_r)
{
	msgs_trim(&sc->meet.m);
	*m_r = sc->meet.m;
	memset(&sc->meet.m, 0, sizeof(sc->meet.m));
	*state_r = sc->state;
	*notes_r = sc->notes;
}

bool
scan_take_list(struct scan *sc, struct buf *list_r, struct index_load *rest_r)
{
	if (buf_len(&sc->list) == 0)
		return false;
	*list_r = sc->list;
	*rest_r = sc->load;
	buf_init(&sc->list, LIST_MAX);
	sc->load.fd = -1;
	return true;
}
