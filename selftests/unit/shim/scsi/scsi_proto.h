/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SCSI_SCSI_PROTO_H
#define _SHIM_SCSI_SCSI_PROTO_H

#define TEST_UNIT_READY			0x00
#define REZERO_UNIT			0x01
#define REQUEST_SENSE			0x03
#define FORMAT_UNIT			0x04
#define READ_BLOCK_LIMITS		0x05
#define READ_6				0x08
#define WRITE_6				0x0a
#define SEEK_6				0x0b
#define READ_REVERSE			0x0f
#define SPACE				0x11
#define INQUIRY				0x12
#define RESERVE				0x16
#define RELEASE				0x17
#define MODE_SENSE			0x1a
#define START_STOP			0x1b
#define RECEIVE_DIAGNOSTIC		0x1c
#define ALLOW_MEDIUM_REMOVAL		0x1e
#define READ_CAPACITY			0x25
#define READ_10				0x28
#define WRITE_10			0x2a
#define SEEK_10				0x2b
#define WRITE_VERIFY			0x2e
#define VERIFY				0x2f
#define PRE_FETCH			0x34
#define SYNCHRONIZE_CACHE		0x35
#define LOCK_UNLOCK_CACHE		0x36
#define READ_DEFECT_DATA		0x37
#define READ_BUFFER			0x3c
#define READ_LONG			0x3e
#define WRITE_LONG			0x3f
#define WRITE_SAME			0x41
#define UNMAP				0x42
#define READ_TOC			0x43
#define READ_HEADER			0x44
#define GET_EVENT_STATUS_NOTIFICATION	0x4a
#define LOG_SENSE			0x4d
#define XDWRITEREAD_10			0x53
#define RESERVE_10			0x56
#define RELEASE_10			0x57
#define MODE_SENSE_10			0x5a
#define PERSISTENT_RESERVE_IN		0x5e
#define VARIABLE_LENGTH_CMD		0x7f
#define EXTENDED_COPY			0x83
#define READ_16				0x88
#define COMPARE_AND_WRITE		0x89
#define WRITE_16			0x8a
#define WRITE_VERIFY_16			0x8e
#define VERIFY_16			0x8f
#define SYNCHRONIZE_CACHE_16		0x91
#define WRITE_SAME_16			0x93
#define ZBC_IN				0x95
#define SERVICE_ACTION_IN_16		0x9e
#define REPORT_LUNS			0xa0
#define SECURITY_PROTOCOL_IN		0xa2
#define MAINTENANCE_IN			0xa3
#define READ_12				0xa8
#define WRITE_12			0xaa
#define WRITE_VERIFY_12			0xae
#define VERIFY_12			0xaf
#define READ_ELEMENT_STATUS		0xb8

#endif
