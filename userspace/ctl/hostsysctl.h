/* SPDX-License-Identifier: GPL-2.0 */
/* The per-interface settings under /proc/sys/net. */
#ifndef _VSWITCHCTL_HOSTSYSCTL_H
#define _VSWITCHCTL_HOSTSYSCTL_H

#include <stdbool.h>
#include <stddef.h>

/* What was changed, to change it back. */
struct sysctl_undo {
	struct sysctl_undo *next;
	char *value;
	char path[];
};

/* Give @to the settings of @from where they differ. */
int sysctl_copy(const char *from, const char *to, struct sysctl_undo **undo,
		char *why, size_t why_len);
/* IPv6's mode of address generation, which is none of the above. */
int sysctl_copy_gen_mode(const char *from, const char *to,
			 struct sysctl_undo **undo, char *why, size_t why_len);
void sysctl_undo(struct sysctl_undo **undo);
void sysctl_undo_free(struct sysctl_undo **undo);

#endif /* _VSWITCHCTL_HOSTSYSCTL_H */
