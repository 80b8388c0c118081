/* bid_open.h - coopair bid open, the winner's side of the handover. */
#ifndef COOP_NODE_BID_OPEN_H
#define COOP_NODE_BID_OPEN_H

int bid_open(int argc, char **argv);

#endif
