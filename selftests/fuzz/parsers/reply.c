// SPDX-License-Identifier: GPL-2.0
/*
 * Replies and events as the library reads them: what it takes is well formed,
 * and what it allocates it gives back.
 */
#include <linux/genetlink.h>

#include "fuzz_target.h"
#include "../../../userspace/lib/internal.h"

static void check_stats(const struct vsw_stats *stats)
{
	unsigned int i;

	for (i = 0; i < stats->n_drops; i++) {
		must(memchr(stats->drops[i].reason, 0,
			    sizeof(stats->drops[i].reason)));
		must(memchr(stats->drops[i].text, 0,
			    sizeof(stats->drops[i].text)));
	}
}

static void check_vlan(const struct vsw_vlan *vlan)
{
	int i;

	for (i = 0; i < 64; i++)
		must(!(vlan->untagged.bits[i] & ~vlan->member.bits[i]));
	must(!vsw_vlan_has(&vlan->member, 0));
	must(!vsw_vlan_has(&vlan->member, 4095));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vsw_switch sw = {};
	struct vsw_port port = {};
	struct vsw_fdb fdb = {};
	struct vsw_profile profile = {};
	struct nlmsghdr *nlh;
	uint8_t what = take_u8(&in);
	size_t len = NLMSG_HDRLEN + GENL_HDRLEN + in.size;

	/* Attributes that nobody aligned are cut off, as in a real datagram. */
	nlh = calloc(1, NLMSG_ALIGN(len));
	must(nlh);
	nlh->nlmsg_len = len;
	memcpy((char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN, in.data, in.size);

	switch (what % 4) {
	case 0:
		if (!vsw_switch_parse(nlh, &sw)) {
			must(memchr(sw.name, 0, sizeof(sw.name)));
			check_stats(&sw.stats);
		}
		vsw_switch_clear(&sw);
		break;
	case 1:
		if (!vsw_port_parse(nlh, &port)) {
			must(memchr(port.name, 0, sizeof(port.name)));
			check_vlan(&port.vlan);
			check_stats(&port.stats);
		}
		vsw_port_clear(&port);
		break;
	case 2:
		vsw_fdb_parse(nlh, &fdb);
		break;
	case 3:
		if (!vsw_profile_parse(nlh, &profile)) {
			must(memchr(profile.name, 0, sizeof(profile.name)));
			check_vlan(&profile.settings.vlan);
		}
		break;
	}
	free(nlh);
	return 0;
}
