// SPDX-License-Identifier: GPL-2.0
/* Output that is text or JSON, from the same calls. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "out.h"

#define MAX_DEPTH	8

static struct {
	bool json;
	bool event;
	int flags;
	/* The containers that are open, outermost first. */
	struct json_object *stack[MAX_DEPTH];
	int depth;
} out;

void out_init(bool json, bool pretty)
{
	out.json = json;
	out.flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	if (pretty)
		out.flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
}

bool out_is_json(void)
{
	return out.json;
}

void out_flush(void)
{
	fflush(stdout);
}

static void add(const char *key, struct json_object *value)
{
	struct json_object *top;

	if (!out.depth)
		return;
	top = out.stack[out.depth - 1];
	if (json_object_is_type(top, json_type_array))
		json_object_array_add(top, value);
	else
		json_object_object_add(top, key, value);
}

static void push(const char *key, struct json_object *value)
{
	if (!value || out.depth == MAX_DEPTH) {
		fputs("vswitchctl: out of memory\n", stderr);
		exit(1);
	}
	add(key, value);
	out.stack[out.depth++] = value;
}

static void print_top(void)
{
	struct json_object *top = out.stack[--out.depth];

	puts(json_object_to_json_string_ext(top, out.flags));
	json_object_put(top);
	out_flush();
}

void out_list_begin(void)
{
	if (out.json)
		push(NULL, json_object_new_array());
}

void out_list_end(void)
{
	if (out.json)
		print_top();
}

void out_event_begin(void)
{
	out.event = true;
	if (out.json)
		push(NULL, json_object_new_object());
}

void out_event_end(void)
{
	if (out.json)
		print_top();
	else
		out_flush();
}

void out_object_begin(const char *key)
{
	if (out.json)
		push(key, json_object_new_object());
}

void out_object_end(void)
{
	if (out.json)
		out.depth--;
}

void out_array_begin(const char *key)
{
	if (out.json)
		push(key, json_object_new_array());
}

void out_array_end(void)
{
	if (out.json)
		out.depth--;
}

/* The formats are literals in the callers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

void out_str(const char *key, const char *fmt, const char *value)
{
	if (!out.json && fmt)
		printf(fmt, value);
	else if (out.json && key)
		add(key, json_object_new_string(value));
}

void out_uint(const char *key, const char *fmt, uint64_t value)
{
	if (!out.json && fmt)
		printf(fmt, value);
	else if (out.json && key)
		add(key, json_object_new_uint64(value));
}

void out_on_off(const char *key, const char *fmt, bool value)
{
	if (!out.json && fmt)
		printf(fmt, value ? "on" : "off");
	else if (out.json && key)
		add(key, json_object_new_boolean(value));
}

#pragma GCC diagnostic pop

void out_null(const char *key)
{
	if (out.json)
		add(key, NULL);
}

void out_break(void)
{
	out_text(out.event ? " " : "\n    ");
}

void out_text(const char *fmt, ...)
{
	va_list ap;

	if (out.json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}
