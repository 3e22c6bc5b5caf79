// SPDX-License-Identifier: GPL-2.0
/*
 * Led by coverage: sequences of steps that reached code, or an order of code,
 * that nothing reached before are kept as the decisions they were made of, and
 * made again with a few of them changed.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define KEPT		512
#define SEQUENCE	4

struct kept_step {
	bool kept;			/* by some sequence, for good */
	uint16_t n;
	uint32_t drawn[];
};

struct sequence {
	unsigned int n;
	struct kept_step *steps[SEQUENCE];
};

static struct sequence corpus[KEPT];
static unsigned int n_corpus;

static struct kept_step *keep(const struct choice *c)
{
	size_t size = c->pos * sizeof(c->drawn[0]);
	struct kept_step *s = malloc(sizeof(*s) + size);

	if (!s)
		err(2, "malloc");
	s->kept = false;
	s->n = c->pos;
	memcpy(s->drawn, c->drawn, size);
	return s;
}

/* The last steps, this one among them, are worth another visit. */
static void keep_sequence(struct kept_step **last, uint64_t count)
{
	struct sequence *seq = &corpus[n_corpus++ % KEPT];
	unsigned int i;

	seq->n = count < SEQUENCE ? count : SEQUENCE;
	for (i = 0; i < seq->n; i++) {
		seq->steps[i] = last[(count - seq->n + i) % SEQUENCE];
		seq->steps[i]->kept = true;
	}
}

static void mutate(struct choice *c, struct choice *lot)
{
	unsigned int n = 1 + choice_below(lot, 4);

	while (n-- && c->given) {
		unsigned int at = choice_below(lot, c->given);

		switch (choice_below(lot, 4)) {
		case 0:		/* from here on anew */
			c->given = at;
			break;
		default:
			c->drawn[at] = choice_bits(lot);
		}
	}
}

/* Steps until time or @steps are over. */
void guided_run(struct fuzz *f, uint64_t steps)
{
	struct kept_step *last[SEQUENCE] = {};
	const struct sequence *plan = NULL;
	struct choice lot;
	unsigned int at = 0;
	uint64_t step;

	for (step = 0; step < steps && !fuzz_over(f); step++) {
		f->stream->step = step;
		choice_begin(&f->c, choice_seed(f->seed, f->index, step));
		/* Other numbers than those of the step itself. */
		choice_begin(&lot, ~choice_seed(f->seed, f->index, step));
		if (!plan && n_corpus && choice_percent(&lot, 30)) {
			plan = &corpus[choice_below(&lot, n_corpus < KEPT ?
						    n_corpus : KEPT)];
			at = 0;
		}
		if (plan) {
			f->c.given = plan->steps[at]->n;
			memcpy(f->c.drawn, plan->steps[at]->drawn,
			       f->c.given * sizeof(f->c.drawn[0]));
			if (choice_percent(&lot, 60))
				mutate(&f->c, &lot);
			if (++at == plan->n)
				plan = NULL;
		}
		f->new_code = false;
		step_run(f);
		if (last[step % SEQUENCE] && !last[step % SEQUENCE]->kept)
			free(last[step % SEQUENCE]);
		last[step % SEQUENCE] = keep(&f->c);
		if (f->new_code)
			keep_sequence(last, step + 1);
	}
}
