// SPDX-License-Identifier: GPL-2.0
/* Integration components: which versions shall it be? The host's message is answered in place. */
#include <asm/mshyperv.h>
#include <linux/sched/isolation.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>
#ifndef __GENKSYMS__
#include <linux/export.h>

#include "local.h"
#endif

/* The first of @ours, the best, that is among @theirs. */
static bool choose(const int *ours, int n, const struct ic_version *theirs,
		   int m, struct ic_version *chosen)
{
	int i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < m; j++) {
			if (theirs[j].major << 16 != (ours[i] & ~0xffff) ||
			    theirs[j].minor != (ours[i] & 0xffff))
				continue;
			*chosen = theirs[j];
			return true;
		}
	}
	return false;
}

/**
 * vmbus_prep_negotiate_resp() - answer what versions we want to speak
 * @icmsghdrp: the header of the message, within @buf
 * @buf: the whole message; becomes the answer
 * @buflen: bytes of it
 * @fw_version: versions of the framework that the driver knows, the best first
 * @fw_vercnt: how many
 * @srv_version: versions of the service, likewise
 * @srv_vercnt: how many
 * @nego_fw_version: if not NULL, gets what was agreed upon
 * @nego_srv_version: likewise
 *
 * Return: false if there is nothing to agree upon; the answer says so, too.
 */
bool vmbus_prep_negotiate_resp(struct icmsg_hdr *icmsghdrp, u8 *buf, u32 buflen,
			       const int *fw_version, int fw_vercnt,
			       const int *srv_version, int srv_vercnt,
			       int *nego_fw_version, int *nego_srv_version)
{
	struct icmsg_negotiate *msg = (void *)(buf + ICMSG_HDR);
	struct ic_version fw = {}, srv = {};
	u32 fws, srvs;
	bool good;

	/* There must be room for the answer. */
	if (buflen < ICMSG_NEGOTIATE_PKT_SIZE(1, 1))
		return false;
	fws = msg->icframe_vercnt;
	srvs = msg->icmsg_vercnt;
	good = fws <= IC_VERSION_NEGOTIATION_MAX_VER_COUNT &&
	       srvs <= IC_VERSION_NEGOTIATION_MAX_VER_COUNT &&
	       buflen >= ICMSG_NEGOTIATE_PKT_SIZE(fws, srvs) &&
	       choose(fw_version, fw_vercnt, msg->icversion_data, fws, &fw) &&
	       choose(srv_version, srv_vercnt, msg->icversion_data + fws, srvs,
		      &srv);
	/* Two counts, four bytes of nothing, two versions. */
	icmsghdrp->icmsgsize = sizeof(*msg) + 2 * sizeof(struct ic_version);
	msg->icframe_vercnt = good;
	msg->icmsg_vercnt = good;
	msg->icversion_data[0] = fw;
	msg->icversion_data[1] = srv;
	if (nego_fw_version)
		*nego_fw_version = fw.major << 16 | fw.minor;
	if (nego_srv_version)
		*nego_srv_version = srv.major << 16 | srv.minor;
	return good;
}
EXPORT_SYMBOL_GPL(vmbus_prep_negotiate_resp);
