// SPDX-License-Identifier: GPL-2.0
/*
 * Acknowledgements, extended and not, and the ends of dumps: put into one line
 * of words, whatever they say and whatever the request was.
 */
#include "fuzz_target.h"
#include "../../../userspace/lib/conn.c"

static const struct vsw_attr_table *const tables[] = {
	&vsw_switch_attrs, &vsw_port_attrs, &vsw_fdb_attrs, &vsw_txn_attrs,
	&vsw_link_attrs, NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vsw_request req = {};
	static struct vsw c;
	uint8_t kind = take_u8(&in), table = take_u8(&in);
	size_t len = take_u8(&in);
	struct nlmsghdr *ack;
	int32_t err;

	/* The request: its header, and attributes from the input. */
	req.msg = nlmsg_alloc_size(1024);
	must(req.msg && nlmsg_put(req.msg, 0, 1, 20, 0, 0));
	req.table = tables[table % 6];
	req.hdrlen = GENL_HDRLEN;
	len = len < in.size ? len : in.size;
	must(!nlmsg_append(req.msg, (void *)in.data, len, NLMSG_ALIGNTO));
	in.data += len;
	in.size -= len;

	/* The answer: as long as the datagram that it came in. */
	len = NLMSG_HDRLEN + in.size;
	ack = calloc(1, NLMSG_ALIGN(len));
	must(ack);
	ack->nlmsg_len = len;
	ack->nlmsg_flags = (kind & 2 ? NLM_F_ACK_TLVS : 0) |
			   (kind & 4 ? NLM_F_CAPPED : 0);
	memcpy(NLMSG_DATA(ack), in.data, in.size);
	/* An error is one of the kernel's, or none. */
	err = -(take_u16(&in) % 4096);
	if (len >= NLMSG_HDRLEN + sizeof(err))
		memcpy(NLMSG_DATA(ack), &err, sizeof(err));
	c.error[0] = '\0';
	err = kind & 1 ? handle_done(&c, &req, ack) :
			 handle_ack(&c, &req, ack);
	must(memchr(c.error, 0, sizeof(c.error)));
	must(memchr(c.warning, 0, sizeof(c.warning)));
	if (err)
		must(c.error[0]);
	free(ack);
	nlmsg_free(req.msg);
	return 0;
}
