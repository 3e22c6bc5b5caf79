// SPDX-License-Identifier: GPL-2.0
/* Errors: one line on stderr, with the kernel's own words. */
#include <stdarg.h>
#include <stdio.h>

#include "cmd.h"
#include "out.h"

static const struct ctx *context;

/* In a batch, messages say which line they are about. */
void report_set_context(const struct ctx *ctx)
{
	context = ctx;
}

void report_prefix(void)
{
	/* What was printed before the error comes before it. */
	out_flush();
	fputs("vswitchctl: ", stderr);
	if (context && context->file)
		fprintf(stderr, "%s:%u: ", context->file, context->line);
}

static void subject(const char *what, const char *name)
{
	report_prefix();
	if (name)
		fprintf(stderr, "%s %s: ", what, name);
	else
		fprintf(stderr, "%s: ", what);
}

int report(struct ctx *ctx, const char *what, const char *name)
{
	subject(what, name);
	fprintf(stderr, "%s\n", vsw_error(ctx->vsw));
	return EXIT_REFUSED;
}

int report_text(struct ctx *ctx, const char *what, const char *name,
		const char *fmt, ...)
{
	va_list ap;

	(void)ctx;
	subject(what, name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_REFUSED;
}

/* The kernel did it, but has something to say about it. */
void report_warning(struct ctx *ctx, const char *what, const char *name)
{
	const char *text = vsw_warning(ctx->vsw);

	if (!text)
		return;
	subject(what, name);
	fprintf(stderr, "warning: %s\n", text);
}

void report_note(struct ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	(void)ctx;
	report_prefix();
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
