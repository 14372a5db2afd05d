/*
 * fuzz_names.c - file names in new/ and cur/, as any program may make them
 *
 * Each line is a file: an octet (bit 0 its folder, bits 1-3 how much is in it,
 * bit 4: a second file of the same base name in the other folder), then its
 * name.  What must hold: one message a base name; what RETR would send is as
 * long as LIST said (I5); and when the index is lost, all flags have changed
 * and every file has gone to the other folder, order and UIDLs are the same
 * (I4).
 */
#include <fcntl.h>

#include "lib/base/wire.h"

#include "t/fuzz/maildrop.h"

#define FILES	12

struct one {
	char path[300];		/* below the root */
	char other[300];	/* where it goes */
	size_t base;		/* octets of the base name */
};

static struct one files[FILES];
static char doubles[FILES][300];
static int n_files, n_doubles, maildrop;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	root_make("names");
	maildrop = root_add("u");
	return 0;
}

static const char *
folder_of(int which)
{
	return which % 2 == 0 ? "u/new/" : "u/cur/";
}

static bool
usable(struct span name, size_t base)
{
	return name.len > 0 && base > 0 && name.len <= 255 &&
	    name.ptr[0] != '.' && !span_has(name, '/') &&
	    !span_has(name, '\0') && base + 4 <= 255;
}

static bool
known(struct span name, size_t base)
{
	int i;

	for (i = 0; i < n_files; i++)
		if (files[i].base == base &&
		    memcmp(files[i].path + 6, name.ptr, base) == 0)
			return true;
	return false;
}

static void
put_file(const char *path, unsigned lines)
{
	static const char text[] = "a\nb\r\n.c\n\nd\n\r\n\n\nxyz";

	folder_put(path, text, lines * 2);
}

static void
make_file(uint8_t how, struct span name)
{
	struct one *o = &files[n_files];
	size_t base = msgs_base_len(name.ptr, name.len);
	const char *flags = base < name.len ? "" : ":2,S";

	if (!usable(name, base) || known(name, base))
		return;
	snprintf(o->path, sizeof(o->path), "%s%.*s", folder_of(how),
	    (int)name.len, name.ptr);
	snprintf(o->other, sizeof(o->other), "%s%.*s%s", folder_of(how + 1),
	    (int)base, name.ptr, flags);
	o->base = base;
	put_file(o->path, how >> 1 & 7);
	n_files++;
	if ((how & 16) == 0)
		return;
	snprintf(doubles[n_doubles], sizeof(doubles[0]), "%s", o->other);
	put_file(doubles[n_doubles++], 7);
}

static void
make_files(struct input *y)
{
	struct span line;

	n_files = n_doubles = 0;
	while (y->at < y->end && n_files < FILES) {
		line = input_line(y);
		if (line.len > 1 && line.ptr[line.len - 1] == '\n')
			line.len--;
		if (line.len > 1)
			make_file((uint8_t)line.ptr[0], span_mem(line.ptr + 1,
			    line.len - 1));
	}
}

/* What RETR sends of an open file. */
static uint64_t
wire_octets(int fd)
{
	char text[64];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	struct wire w;

	must(n >= 0);
	wire_init(&w);
	wire_count(&w, text, (size_t)n);
	return wire_total(&w);
}

static void
check_sizes(struct box *b)
{
	struct store_message m;
	uint32_t i;

	for (i = 0; i < b->list.count; i++) {
		if (box_fetch(b, i, &m) < 0)
			continue;	/* its name lied; the next login knows */
		must(m.octets == droplist_size(&b->list, i));
		must(m.octets == wire_octets(m.fd));
		close(m.fd);
	}
}

static void
disturb(void)
{
	int i;

	for (i = 0; i < n_doubles; i++)
		folder_drop(doubles[i]);
	for (i = 0; i < n_files; i++)
		must(renameat(folder_fd, files[i].path, folder_fd,
		    files[i].other) == 0);
	(void)unlinkat(maildrop, INDEX_FILE, 0);
}

static void
clean(void)
{
	int i;

	for (i = 0; i < n_files; i++)
		folder_drop(files[i].other);
	(void)unlinkat(maildrop, INDEX_FILE, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input y = { data, data + size };
	struct box first, warm, second;

	make_files(&y);
	box_open(&first, "u");
	must(first.list.count == (uint32_t)n_files);
	check_sizes(&first);
	must(first.st->ops->close(&first.st, NULL) >= 0);
	box_open(&warm, "u");
	must(box_same(&first, &warm, false));
	must(warm.st->ops->close(&warm.st, NULL) >= 0);
	disturb();
	box_open(&second, "u");
	must(box_same(&first, &second, false));
	check_sizes(&second);
	box_close(&second);
	buf_free(&warm.block);
	buf_free(&first.block);
	clean();
	return 0;
}
