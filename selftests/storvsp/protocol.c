// SPDX-License-Identifier: GPL-2.0
/* What a guest may say when, and what becomes of what it says. */
#include <errno.h>
#include <unistd.h>

#include "guest.h"

/* guest PARTITION versions: each that is spoken, and some that are not */
static void versions(int argc, char **argv)
{
	static const struct {
		uint16_t version;
		bool spoken;
	} all[] = {
		{ 0x0200, true }, { 0x0402, true }, { 0x0501, true },
		{ 0x0600, true }, { 0x0602, true }, { 0x0601, false },
		{ 0x0700, false }, { 0, false }, { 0xffff, false },
	};
	struct vstor_packet p;
	struct guest g;
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		guest_start(&g);
		memset(&p, 0, sizeof(p));
		check_eq(ask_op(&g, VSTOR_BEGIN_INITIALIZATION, &p), 0);
		memset(&p, 0, sizeof(p));
		p.version.version = htole16(all[i].version);
		check_eq(ask_op(&g, VSTOR_QUERY_PROTOCOL_VERSION, &p),
			 all[i].spoken ? 0 : VSTOR_STATUS_REVISION_MISMATCH);
		if (!all[i].spoken) {
			/* It may ask for another. */
			memset(&p, 0, sizeof(p));
			p.version.version = htole16(0x0501);
			check_eq(ask_op(&g, VSTOR_QUERY_PROTOCOL_VERSION, &p), 0);
		}
		memset(&p, 0, sizeof(p));
		check_eq(ask_op(&g, VSTOR_QUERY_PROPERTIES, &p), 0);
		check_eq(le32toh(p.properties.flags),
			 !all[i].spoken || all[i].version >= 0x0501);
		check(le32toh(p.properties.max_transfer) >= 1 << 20);
		guest_end(&g);
	}
}

/* guest PARTITION states: nothing before its time */
static void states(int argc, char **argv)
{
	struct vstor_packet p = {};
	struct guest g;

	(void)argc;
	(void)argv;
	guest_start(&g);
	check_eq(ask_op(&g, VSTOR_END_INITIALIZATION, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	check_eq(ask_op(&g, VSTOR_QUERY_PROPERTIES, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	check_eq(ask_op(&g, VSTOR_EXECUTE_SRB, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	check_eq(ask_op(&g, VSTOR_RESET_BUS, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	check_eq(ask_op(&g, VSTOR_CREATE_SUB_CHANNELS, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	memset(&p, 0, sizeof(p));
	guest_ready(&g, VSTOR_VERSION_WIN10);
	check_eq(ask_op(&g, VSTOR_BEGIN_INITIALIZATION, &p),
		 VSTOR_STATUS_INVALID_DEVICE_STATE);
	check_eq(ask_op(&g, VSTOR_FCHBA_DATA, &p),
		 VSTOR_STATUS_INVALID_DEVICE_REQUEST);
	memset(&p, 0, sizeof(p));
	p.subchannels = htole16(1000);
	check_eq(ask_op(&g, VSTOR_CREATE_SUB_CHANNELS, &p),
		 VSTOR_STATUS_INVALID_PARAMETER);
	/* Closed and opened, it begins again. */
	ok(vg_channel_close(&g.ch));
	vg_close(&g.vg);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN8);
	guest_end(&g);
}

/* guest PARTITION short: packets of guests before Windows 8 */
static void short_packets(int argc, char **argv)
{
	struct vstor_packet p = {};
	struct guest g;

	(void)argc;
	(void)argv;
	guest_start(&g);
	p.operation = htole32(VSTOR_BEGIN_INITIALIZATION);
	ask(&g, &p, VSTOR_PACKET_V1);
	check_eq(le32toh(p.status), 0);
	p.operation = htole32(VSTOR_QUERY_PROTOCOL_VERSION);
	p.version.version = htole16(VSTOR_VERSION_WIN7);
	ask(&g, &p, VSTOR_PACKET_V1);
	check_eq(le32toh(p.status), 0);
	p.operation = htole32(VSTOR_END_INITIALIZATION);
	ask(&g, &p, VSTOR_PACKET_V1);
	check_eq(le32toh(p.status), 0);
	/* INQUIRY needs data: TEST UNIT READY does not. */
	put_srb(&(struct srb) { .cdb_length = 6, .data_in = VSTOR_DATA_NONE }, &p);
	ask(&g, &p, VSTOR_PACKET_V1);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	guest_end(&g);
}

static void sense_is(const struct vstor_packet *p, uint8_t key, uint8_t asc,
		     uint8_t ascq)
{
	check_eq(p->srb.scsi_status, 2);
	check_eq(p->srb.srb_status, VSTOR_SRB_ERROR | VSTOR_SRB_AUTOSENSE_VALID);
	check(p->srb.sense_length >= 14);
	check_eq(p->srb.sense[2] & 0xf, key);
	check_eq(p->srb.sense[12], asc);
	check_eq(p->srb.sense[13], ascq);
}

#define ends(g, what, status, length) do {				\
	struct vstor_packet p_;						\
									\
	run_srb(g, what, &p_);						\
	if (p_.srb.srb_status != (status) ||				\
	    le32toh(p_.srb.data_length) != (uint32_t)(length))		\
		fail("line %d: status %#x of %u bytes, not %#x of %u; "	\
		     "if sense: %x %02x %02x", __LINE__,		\
		     p_.srb.srb_status, le32toh(p_.srb.data_length),	\
		     (status), (uint32_t)(length),			\
		     p_.srb.sense[2] & 0xf, p_.srb.sense[12],		\
		     p_.srb.sense[13]);					\
} while (0)

/* What others did before, UNIT ATTENTION says: each thing once. */
static void hear_all(struct guest *g)
{
	struct srb test = { .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	struct vstor_packet p;
	int i;

	for (i = 0; i < 8; i++) {
		run_srb(g, &test, &p);
		if (p.srb.srb_status == VSTOR_SRB_SUCCESS || (p.srb.sense[2] & 0xf) != 6)
			return;
	}
}

/* guest PARTITION srbs: what is good, and each thing that is not; LUN 0 has a disk */
static void srbs(int argc, char **argv)
{
	struct srb inquiry = {
		.cdb = { 0x12, 0, 0, 0, 36 }, .cdb_length = 6,
		.data_in = VSTOR_DATA_IN, .len = 36,
	};
	struct srb write = {
		.cdb = { 0x2a, 0, 0, 0, 0, 8, 0, 0, 16 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 8192, .offset = 100 * PAGE + 512,
	};
	struct srb read = write, s;
	struct vstor_packet p;
	struct guest g;
	int i;

	(void)argc;
	(void)argv;
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);

	hear_all(&g);
	memset(g.data, 0xff, PAGE);
	ends(&g, &inquiry, VSTOR_SRB_SUCCESS, 36);
	check_eq(g.data[0], 0);
	check_eq(g.data[36], 0xff);
	/* More room than is used, and less. */
	s = inquiry;
	s.len = 4096;
	s.cdb[3] = 16;
	s.cdb[4] = 0;
	run_srb(&g, &s, &p);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	check(le32toh(p.srb.data_length) >= 36 && le32toh(p.srb.data_length) < 4096);
	s.len = 8;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 8);

	/* Not there: data say so, and so does the status of what has none. */
	s = inquiry;
	s.lun = 7;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 36);
	check_eq(g.data[0], 0x7f);
	s.lun = 0;
	s.target = 1;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 36);
	check_eq(g.data[0], 0x7f);
	s = (struct srb) { .lun = 63, .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	ends(&g, &s, VSTOR_SRB_INVALID_LUN, 0);
	s.lun = 255;
	ends(&g, &s, VSTOR_SRB_INVALID_LUN, 0);
	s.lun = 0;
	s.path = 9;
	ends(&g, &s, VSTOR_SRB_INVALID_LUN, 0);

	/* There and back. */
	for (i = 0; i < 8192; i++)
		g.data[write.offset + i] = i * 7 + 1;
	ends(&g, &write, VSTOR_SRB_SUCCESS, 8192);
	read.cdb[0] = 0x28;
	read.data_in = VSTOR_DATA_IN;
	read.offset = 300 * PAGE + 2048;
	memset(g.data + 300 * PAGE, 0xff, 4 * PAGE);
	ends(&g, &read, VSTOR_SRB_SUCCESS, 8192);
	check(!memcmp(g.data + read.offset, g.data + write.offset, 8192));
	check_eq(g.data[read.offset - 1], 0xff);
	check_eq(g.data[read.offset + 8192], 0xff);

	/* A range that is longer than what is used of it; one that is shorter. */
	s = read;
	s.range = 16384;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 8192);
	s.range = 4096;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	/* The wrong way, no way, too much, no command, one that is too long. */
	s = read;
	s.data_in = VSTOR_DATA_OUT;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s = write;
	s.data_in = VSTOR_DATA_IN;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s.data_in = VSTOR_DATA_NONE;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s.data_in = 3;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s = write;
	s.cdb_length = 0;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s.cdb_length = 17;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s = (struct srb) { .cdb = { 0x7f, 0, 0, 0, 0, 0, 0, 0xf8 }, .cdb_length = 16,
			   .data_in = VSTOR_DATA_NONE };
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	s = write;
	s.len = (1 << 20) + 512;
	s.cdb[7] = 8;
	s.cdb[8] = 1;
	s.offset = 0;
	ends(&g, &s, VSTOR_SRB_INVALID_REQUEST, 0);
	/* As much as there can be, and not where a page begins. */
	s.len = 1 << 20;
	s.cdb[8] = 0;
	s.offset = 512;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 1 << 20);

	/* Sense. */
	s = (struct srb) { .cdb = { 0xe0 }, .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x20, 0);
	s = read;
	s.cdb[2] = 0x40;
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x21, 0);
	check_eq(le32toh(p.srb.data_length), 0);

	/* Resets of all, of one, and of one that is not there. */
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(&g, VSTOR_RESET_BUS, &p), 0);
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(&g, VSTOR_RESET_ADAPTER, &p), 0);
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(&g, VSTOR_RESET_LUN, &p), 0);
	p.srb.lun = 44;
	check_eq(ask_op(&g, VSTOR_RESET_LUN, &p), VSTOR_STATUS_DEVICE_DOES_NOT_EXIST);
	/* After which it says so, once. */
	s = (struct srb) { .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	run_srb(&g, &s, &p);
	sense_is(&p, 6, 0x29, 3);
	ends(&g, &s, VSTOR_SRB_SUCCESS, 0);
	guest_end(&g);
}

/* Bytes that are the same in no two places near each other. */
static void pattern(uint8_t *at, uint32_t len, uint32_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		at[i] = (i * 31 >> 3) + seed;
}

/* Written from there, and read to here; what is around it stays. */
static void there_and_back(struct guest *g, struct srb *write, uint32_t to)
{
	struct srb read = *write;

	pattern(g->data + write->offset, write->len, to);
	ends(g, write, VSTOR_SRB_SUCCESS, write->len);
	read.cdb[0] = 0x28;
	read.data_in = VSTOR_DATA_IN;
	read.offset = to;
	g->data[to - 1] = 0xa5;
	memset(g->data + to, 0x5a, read.len);
	g->data[to + read.len] = 0xa5;
	ends(g, &read, VSTOR_SRB_SUCCESS, read.len);
	check(!memcmp(g->data + to, g->data + write->offset, read.len));
	check_eq(g->data[to - 1], 0xa5);
	check_eq(g->data[to + read.len], 0xa5);
}

/*
 * guest PARTITION odd LUN: data where no block begins, nor a word; room for more than
 * there is, and for less
 */
static void odd(int argc, char **argv)
{
	static const uint32_t places[] = { 4, 512 + 4, 4095, 1 };
	static const struct {
		uint32_t len, offset;
		uint8_t blocks;
	} more[] = {
		{ 1000, 0, 1 }, { 8192, 0, 1 }, { 8192, 4, 9 }, { 65536, 512, 3 },
		{ 4096, 0, 0 },
	};
	struct srb s, write = {
		.cdb = { 0x2a, 0, 0, 0, 0, 8, 0, 0, 16 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 8192,
	};
	struct vstor_packet p;
	struct guest g;
	uint32_t i, n;

	check(argc == 1);
	write.lun = atoi(argv[0]);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	/* What UNIT ATTENTION has to say: that there are other LUNs. */
	s = (struct srb) {
		.lun = write.lun, .cdb_length = 6, .data_in = VSTOR_DATA_NONE,
	};
	run_srb(&g, &s, &p);
	for (i = 0; i < 4; i++) {
		write.offset = 100 * PAGE + places[i];
		there_and_back(&g, &write, 300 * PAGE + places[3 - i]);
	}
	/* All that can be: that is a page more than it would be elsewhere. */
	s = write;
	s.len = 1 << 20;
	s.cdb[7] = 8;
	s.cdb[8] = 0;
	for (i = 0; i < 4; i++) {
		s.offset = places[i];
		there_and_back(&g, &s, 300 * PAGE + places[3 - i]);
	}
	for (i = 0; i < 5; i++) {
		s = write;
		s.cdb[0] = 0x28;
		s.data_in = VSTOR_DATA_IN;
		s.len = more[i].len;
		s.cdb[8] = more[i].blocks;
		s.offset = 300 * PAGE + more[i].offset;
		memset(g.data + s.offset, 0x5a, s.len);
		ends(&g, &s, VSTOR_SRB_SUCCESS, more[i].blocks * 512);
		check(!memcmp(g.data + s.offset, g.data + places[3], more[i].blocks * 512));
		for (n = more[i].blocks * 512; n < s.len; n++)
			check_eq(g.data[s.offset + n], 0x5a);
	}
	/* More data than room, or data than are written, is refused. */
	s.len = 4096;
	s.cdb[8] = 16;
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x24, 0);
	write.cdb[8] = 1;
	run_srb(&g, &write, &p);
	check_eq(p.srb.scsi_status, 2);
	guest_end(&g);
}

static void ask_srb(struct guest *g, const struct srb *srb, struct vstor_packet *p,
		    uint32_t flags, uint8_t room)
{
	put_srb(srb, p);
	p->srb.flags = htole32(flags);
	p->srb.sense_length = room;
	ask(g, p, sizeof(*p));
}

/*
 * guest PARTITION told_how: what an SRB says in words of SCSI, of SRBs, and of Windows; and no
 * more sense than there is room for, or none if none is wanted
 */
static void told_how(int argc, char **argv)
{
	const struct srb ready = { .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	struct srb unknown = ready, absent = ready;
	struct vstor_packet p;
	struct guest g;
	uint8_t room;
	int i;

	(void)argc;
	(void)argv;
	unknown.cdb[0] = 0xe0;
	absent.lun = 63;
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	ask_srb(&g, &ready, &p, 0, VSTOR_SENSE_MAX);
	ask_srb(&g, &ready, &p, 0, VSTOR_SENSE_MAX);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	check_eq(p.srb.scsi_status, 0);
	check_eq(p.srb.sense_length, 0);
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
	for (room = 0; room <= VSTOR_SENSE_MAX; room++) {
		ask_srb(&g, &unknown, &p, 0, room);
		check_eq(p.srb.srb_status, VSTOR_SRB_ERROR |
			 (room ? VSTOR_SRB_AUTOSENSE_VALID : 0));
		check_eq(p.srb.scsi_status, 2);
		check(p.srb.sense_length <= room && !room == !p.srb.sense_length);
		check_eq(le32toh(p.status), VSTOR_STATUS_IO_DEVICE_ERROR);
		for (i = p.srb.sense_length; i < VSTOR_SENSE_MAX; i++)
			check_eq(p.srb.sense[i], 0);
		if (room > 13)
			sense_is(&p, 5, 0x20, 0);
	}
	/* More than there can be. */
	ask_srb(&g, &unknown, &p, 0, 255);
	check(p.srb.sense_length <= VSTOR_SENSE_MAX);
	sense_is(&p, 5, 0x20, 0);
	ask_srb(&g, &unknown, &p, VSTOR_SRB_DISABLE_AUTOSENSE, VSTOR_SENSE_MAX);
	check_eq(p.srb.srb_status, VSTOR_SRB_ERROR);
	check_eq(p.srb.scsi_status, 2);
	check_eq(p.srb.sense_length, 0);
	for (i = 0; i < VSTOR_SENSE_MAX; i++)
		check_eq(p.srb.sense[i], 0);
	ask_srb(&g, &absent, &p, 0, VSTOR_SENSE_MAX);
	check_eq(p.srb.srb_status, VSTOR_SRB_INVALID_LUN);
	check_eq(le32toh(p.status), VSTOR_STATUS_DEVICE_DOES_NOT_EXIST);
	guest_end(&g);
}

/*
 * guest PARTITION names LUN: reservations of others, whose names a guest does not know; and
 * a disk that it would have others not use
 */
static void names(int argc, char **argv)
{
	struct srb s = {
		.cdb = { 0x5f, 0, 0, 0, 0, 0, 0, 0, 40 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 40,
	};
	struct vstor_packet p;
	struct guest g;

	check(argc == 1);
	s.lun = atoi(argv[0]);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	run_srb(&g, &(struct srb) { .lun = s.lun, .cdb_length = 6,
				    .data_in = VSTOR_DATA_NONE }, &p);
	/* A key, SPEC_I_PT, and a list that is not as long as it says. */
	g.data[15] = 1;
	g.data[20] = 8;
	g.data[27] = 200;
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x26, 0);
	s.cdb[1] = 7;
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x24, 0);
	/* Others there are: the key is registered, and forgotten. */
	s.cdb[1] = 6;
	s.cdb[8] = 24;
	s.len = 24;
	g.data[20] = 0;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 24);
	g.data[15] = 0;
	ends(&g, &s, VSTOR_SRB_SUCCESS, 24);
	/* "Unavailable", of the group that it is in. */
	s.cdb[0] = 0xa4;
	s.cdb[1] = 0x0a;
	s.cdb[8] = 0;
	s.cdb[9] = 8;
	s.cdb_length = 12;
	s.len = 8;
	g.data[4] = 3;
	run_srb(&g, &s, &p);
	sense_is(&p, 5, 0x20, 0);
	run_srb(&g, &(struct srb) { .lun = s.lun, .cdb_length = 6,
				    .data_in = VSTOR_DATA_NONE }, &p);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	guest_end(&g);
}

#define RESETS	300

/* guest PARTITION resets: many, and none is read before all are sent; each is answered */
static void resets(int argc, char **argv)
{
	static const uint8_t kinds[] = {
		VSTOR_RESET_LUN, VSTOR_RESET_BUS, VSTOR_RESET_ADAPTER,
	};
	uint32_t sent, got, busy = 0, status;
	struct vg_packet answer;
	bool seen[RESETS] = {};
	struct vstor_packet p;
	uint8_t buf[256];
	struct guest g;

	(void)argc;
	(void)argv;
	/* Room for some 90 answers. */
	ring_bytes = 3 * PAGE;
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	for (sent = 0; sent < RESETS; sent++) {
		p = (struct vstor_packet) {
			.operation = htole32(kinds[sent % 3]), .flags = htole32(1),
		};
		if (vg_send(&g.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
			    sent, NULL, 0, &p, sizeof(p)))
			break;
	}
	check(sent > 80);
	for (got = 0; got < sent; got++) {
		ok(vg_recv_wait(&g.ch, buf, sizeof(buf), &answer, 60000));
		check_eq(answer.type, VMH_PACKET_COMPLETION);
		check(answer.trans_id < sent && !seen[answer.trans_id]);
		seen[answer.trans_id] = true;
		memcpy(&p, answer.payload, sizeof(p));
		status = le32toh(p.status);
		check(status == VSTOR_STATUS_SUCCESS ||
		      status == VSTOR_STATUS_DEVICE_BUSY);
		busy += status == VSTOR_STATUS_DEVICE_BUSY;
	}
	printf("# %u resets, %u refused\n", sent, busy);
	/* They are over: there may be others. */
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(&g, VSTOR_RESET_BUS, &p), 0);
	run_srb(&g, &(struct srb) { .cdb_length = 6, .data_in = VSTOR_DATA_NONE }, &p);
	guest_end(&g);
}

/* guest PARTITION breaks NAME: what breaks the channel, which is good again then */
static void breaks(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint16_t type;
		uint32_t len;
		uint32_t operation;
		uint32_t ranges;
	} all[] = {
		{ "short", VMH_PACKET_INBAND, 40, VSTOR_EXECUTE_SRB, 0 },
		{ "old", VMH_PACKET_INBAND, 48, VSTOR_EXECUTE_SRB, 0 },
		{ "long", VMH_PACKET_INBAND, 72, VSTOR_EXECUTE_SRB, 0 },
		{ "operation", VMH_PACKET_INBAND, 64, 14, 0 },
		{ "answer", VMH_PACKET_INBAND, 64, VSTOR_COMPLETE_IO, 0 },
		{ "two", VMH_PACKET_GPA_DIRECT, 64, VSTOR_EXECUTE_SRB, 2 },
		{ "none", VMH_PACKET_GPA_DIRECT, 64, VSTOR_EXECUTE_SRB, 0 },
	};
	struct {
		__le32 reserved, count;
		struct {
			struct vmh_gpa_range range;
			__le64 pfn;
		} __attribute__((packed)) ranges[2];
	} extra = {};
	uint8_t payload[80] = {}, in[256];
	struct vg_packet packet;
	struct guest g;
	uint32_t i;

	check(argc == 1);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, argv[0]))
			break;
	check(i < sizeof(all) / sizeof(all[0]));
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	memcpy(payload, &(__le32) { htole32(all[i].operation) }, 4);
	extra.count = htole32(all[i].ranges);
	extra.ranges[0].range.byte_count = htole32(512);
	extra.ranges[1].range.byte_count = htole32(512);
	ok(vg_send(&g.ch, all[i].type, VMH_PACKET_WANTS_COMPLETION, 1, &extra,
		   all[i].type == VMH_PACKET_GPA_DIRECT ?
		   8 + 16 * all[i].ranges : 0, payload, all[i].len));
	check_eq(vg_recv_wait(&g.ch, in, sizeof(in), &packet, 200), -ETIMEDOUT);
	ok(vg_channel_close(&g.ch));
	vg_close(&g.vg);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	guest_end(&g);
}

const struct test_case protocol_cases[] = {
	{ "versions", versions },
	{ "states", states },
	{ "short", short_packets },
	{ "srbs", srbs },
	{ "odd", odd },
	{ "told_how", told_how },
	{ "names", names },
	{ "resets", resets },
	{ "breaks", breaks },
	{}
};
