/* limits.h - every bound and timeout of the protocol, each with its reason. Sizes in bytes, times in milliseconds unless
 * the name says otherwise. A bound that a peer can exceed is answered as WIRE.md 2.4 says. */
#ifndef COOP_PROTO_LIMITS_H
#define COOP_PROTO_LIMITS_H

enum {
    /* Links */
    FRAME_MAX = 65535,            /* one Noise message (Noise rev 34, section 3): also bounds what a stranger can make us hold */
    FRAME_PLAIN_MAX = 65535 - 16, /* what is left after the tag */
    LINKS_MAX = 32,               /* home routers fall over at hundreds of connections; 32 keeps a home invisible in that count */
    DIALS_MAX = 4,                /* in parallel: a burst of connections looks like a scan */
    HANDSHAKE_TIMEOUT_MS = 10000, /* two round trips over a slow line, with a wide margin */
    IDLE_PING_MS = 110000,        /* two in the 239 s after which the most forgetful home router measured drops a mapping (Hätönen et al., IMC 2010) */
    IDLE_CLOSE_MS = 240000,       /* two pings lost */
    REKEY_MESSAGES = 65536,       /* fresh keys every 2^16 frames, far below any AEAD bound */
    QUEUE_MAX = 1 << 20,          /* bytes waiting for one slow link; beyond it the link is closed, not punished */

    /* Groups, peers */
    GROUPS_MAX = 16,              /* each one is a trial decryption for every caller */
    TOPICS_MAX = 16,              /* rounds a home follows at once in one group */
    CHARTERS_MAX = 32,            /* given and asked for on one link at once: all rounds of both sides, */
    CHARTERS_PER_MIN = 6,         /* and then: what came and went since */
    PLACE_STAY_MS = 24 * 3600 * 1000, /* of a round in which it has no part, before it gives way to another: a day to think */
    FULL_MESH_MAX = 8,            /* up to here everybody links to everybody */
    ACTIVE_VIEW = 5,              /* HyParView: fan-out 4 and one, connected for 10 000 nodes */
    CALLED_MIN = 2,               /* of them called by this home itself: callers alone must not be all it hears and hides behind (STEM_RELAYS) */
    PASSIVE_VIEW = 30,            /* HyParView, same source */
    CALLED_MAX = 4,               /* of them called by this home, when it has more than it wants: relays of the stem are drawn from these, and callers
                                     cannot take their place. So eight links on average; at fourteen, half of all messages were announcements */
    ACTIVE_MAX = 20,              /* in one group, callers included: the one home of a street that can be called holds them all */
    VISIT_MS = 180000,            /* a home of the passive view is called and compared with: of an island of ten somebody calls every 18 s, and islands that
                                     have anything new heal before two pairs have compared twice. Each minute, a fifth of all messages was about links */
    VISIT_QUIET_MS = 960000,      /* so often when there is nothing new to find out: a call is a dozen messages and three curve operations each side */
    VISIT_STAY_MS = 10000,        /* and left again if it had nothing new */
    PEERS_STAY = 32,              /* who worked first stays known, whatever floods the list: as many as there are links */
    PEERS_STAY_S = 28 * 24 * 3600, /* unless it is silent four weeks of this home's time: it has moved */
    SHUFFLE_ADDRESSES = 8,        /* Cyclon and HyParView exchange about this many */
    SHUFFLE_FIRST_MS = 15000,     /* the first of a home that has come, which doubles: it knows its neighbours, who knew nobody either when all came at once */
    SHUFFLE_MS = 300000,          /* views stay random at a few bytes a second; each new link brings addresses too */
    ADDRESSES_MAX = 48,           /* a link's addresses taken and given at once, */
    ADDRESSES_PER_MIN = 32,       /* and then: both sides' shuffles, but not a view washed away in a minute */
    REDIAL_MIN_MS = 1000,
    REDIAL_MAX_MS = 300000,       /* doubled at each failure: a home off for a week costs one packet in five minutes */
    REDIAL_HEARD_MS = 30000,      /* of one that announces itself, which it does as often: who repeats its packets gains nothing */
    ADDRESS_MAX = 64,             /* "host:port" in ASCII */
    DISCOURAGE_MS = 24 * 3600 * 1000, /* after a violation of the protocol; a day outlives any retry loop */
    DISCOURAGED_MAX = 256,        /* oldest forgotten first */
    SCORE_MAX = 100,              /* points of bad behaviour that close a link */
    SCORE_DECAY_PER_MIN = 10,
    BEHAVIOUR_MS = 10 * 60 * 1000, /* then the key is not let in for this long */
    HANDSHAKES_MAX = 8,           /* callers who have not proved anything yet: the oldest gives way */
    DEBTS_MAX = 64,               /* members whose buckets outlive their links; the least recent gives way */
    NEWCOMERS_MAX = 32,           /* keys never met before that get buckets of their own: a street in one evening, as many as there are links, */
    NEWCOMERS_PER_MIN = 1,        /* and then: together they may bring what one more link could. Those beyond share one set */
    STRANGERS_MAX = 64,           /* hosts whose handshakes failed; the least recent gives way */
    STRANGER_TRIES = 6,           /* at once; a home with an old invitation tries again and again */
    STRANGER_TRIES_PER_MIN = 6,
    CLOCK_STEP_MAX_MS = 60000,    /* beyond its deadline a step may come so late and count in full: the wall clock may jump */

    /* Records */
    RECORD_MAX = 16384,           /* fits a frame with room to spare; the largest honest one is a list of seen deals */
    TOPIC_RECORDS_MAX = 43000,    /* what the quotas below add up to (quota.c) */
    DROPPED_MAX = 64,             /* expired rounds remembered, so that a late neighbour does not bring them back */
    DROP_WAIT_MS = 3600 * 1000,   /* awake after the expiry, which another's clock has to confirm: a clock set wrong must not erase a round */
    BOX_DEALS_MAX = 1000,         /* a list of seen deals must fit RECORD_MAX at 16 bytes each */
    BOX_VOICED_MAX = 2000,        /* deals of a box whose voices are counted: a first and a second word of as many homes */
    BIDS_MAX = 64,                /* a home reads them all; companies are few (design/mechanism.md 1.2) */
    INTRODUCTIONS_MAX = 4,        /* bids that one home hands in: companies are few, another home hands in the fifth; junk needs 16 homes */
    DEAL_SEQ_MAX = 7,             /* a home may change its mind seven times */
    CHARTER_MAX = 8192,
    AUTHOR_BOX_RECORDS_MAX = 200, /* of one author in one box: a cut and two votes a round, a list, an opening, some flags */
    AUTHOR_BOX_BYTES_MAX = 256 << 10, /* and no more than this: 64 cuts and 128 votes are 110 kB, a list, an opening and what proves lies 16 each */
    LIST_WAITS = 16,              /* deals of a box from which lists are told by one another: below it the signature and its kin weigh as much as the list */
    LISTS_A_TURN = 2,             /* members who say theirs in full: with a third of all homes off, nine times in ten one of them is there */
    LIST_TURNS = 3,               /* until everybody does: six seats of which none helps are rare, and cost bytes only */
    LIST_WAIT_MS = 5000,          /* a turn: a new record is everywhere in two seconds where nothing is lost, and a box takes hours */
    LIST_WAIT_SHARE = 4,          /* but no longer than this part of the grace, which may be a second: all turns together are shorter than that */
    AUTHOR_LISTS_MAX = 2,         /* seen records of one member in one box: two prove that it contradicts itself */
    VOICE_DEALS_MAX = 8,          /* of one home in one box, under whatever pseudonyms: every number once */
    PENDING_MAX = 4096,           /* records waiting for a parent: a whole market season read from disk in any order */
    PENDING_BYTES_MAX = 16 << 20, /* and how much memory of the strangest kind that may be */
    PENDING_NODE_MAX = 32 << 20,  /* of all rounds of a home together; a small machine has 512 MiB. Full, each round still has its part: so twice this at most */
    STRANGE_BYTES_MAX = 48 << 20, /* of memory, for all rounds together in which this home has no part: who founds rounds among homes of his own */
    STRANGE_PART = 2 << 20,       /* can fill them; of each, this much in any case: a registry of a thousand, so that it may still have one */
    LOTS_MAX = 8,                 /* few lots are what forms (mechanism 3.1, reading vii) */
    LOT_CHOICES_MAX = 3,
    BID_STEPS_MAX = 8,
    BID_MAX = 8192,               /* sealed body of a bid */
    SERIES_S = 300 * 24 * 3600,   /* totals seen opened so far apart are of other figures: a year's, or another order, some weeks early */
    KEY_ROUNDS = 8,               /* of key and interest; then the next lot takes over, if there is one: eleven days in a street */
    NEXT_LOT_MIN = 16,            /* members, the smallest drawn committee that mechanism 2.9 has a table for */
    METERED_FLOOR = 30,           /* of 30 real homes by chance none is likely to make most of a total (design/data.md 0.6) */
    METERED_BOUND_FLOOR = 15,     /* fewer are not enough even when no home can dominate: the "15/15" rule of energy data */
    METERED_SHARE_PERCENT = 15,   /* of a total, at the most, by one home: the same rule */
    ROUNDS_MAX = 64,              /* closing rounds of a box; they grow, so this is years */

    /* Token buckets, per key: a thousand records of backlog at once, then what a household can make in a second */
    BUCKET_RECORDS = 20000,       /* a full topic may arrive in one reconciliation */
    BUCKET_RECORDS_PER_S = 200,
    BUCKET_BYTES = 64 << 20,
    BUCKET_BYTES_PER_S = 1 << 20, /* the uplink of a poor ADSL line times eight */

    /* Spreading and reconciliation */
    LAZY_FLUSH_MS = 500,          /* announcements are gathered this long, give or take a half: one frame instead of many, and of two homes mostly one announces.
                                     At 200, a tenth more messages, and more records asked for that were on their way */
    GRAFT_MS = 600,               /* wait for the eager copy before asking whoever announced it, give or take a half, by chance: of a piece that the
                                     tree has lost, the first to ask brings it to the others */
    EAGER_LEAST = 2,              /* eager links of a round at a home, below which a new link begins eager: a tree has two a home on average */
    PRUNE_MS = 1000,              /* records are on their way for less: a link is pruned once for all of them */
    IHAVE_MAX = 512,              /* ids in one announcement, and of one peer's announcements waited for */
    LAZY_MAX = 2048,              /* ids waiting to be announced; what is beyond, comparison brings */
    WINDOW_BYTES = 256 << 10,     /* of records not acknowledged: a quarter of QUEUE_MAX, which other messages share */
    PORTION_BYTES = 64 << 10,     /* a frame's worth, after which an acknowledgement is asked for */
    SYNC_MS = 60000,              /* a pair compares its sets this often, while something is new since they last did */
    SYNC_TIMES = 2,               /* after the last change: once, and of eight homes about a piece of the tree that has lost it none compares with it in a third
                                     of all cases */
    SYNC_QUIET_MS = 960000,       /* and else: doubled each time that they are equal, up to this; every change is somebody's, who then begins */
    SYNC_CALM_MS = 2000,          /* a comparison waits until no record has come for so long: what is on its way is no difference, and would come twice */
    SYNC_CALM_MAX_MS = 5000,      /* but no longer than this: half of a visit */
    SYNC_SET_MAX = 1 << 17,       /* ids on one side: bounds what a list may make us hold (1 MiB); topics hold far fewer */
    SYNC_SYMBOLS_FIRST = 16,      /* equal sets need one, and a handful of differences decodes within these */
    SYNC_SYMBOLS_STEP_MAX = 512,  /* 13 bytes each: under 7 kB a message */
    SYNC_SYMBOLS_MAX = 8192,      /* beyond about 6 000 differences the list of a full topic's short ids is cheaper */
    SYNC_IDS_MAX = 1200,          /* short ids in one message, 8 bytes each: under 10 kB */
    SYNC_TIMEOUT_MS = 30000,

    /* Hiding who speaks first (stem.c): BIP 156, but for what a box of minutes asks for */
    STEM_RELAYS = 2,              /* on one, every neighbour's records would take one way; on more, they would show the graph */
    STEM_END_PERCENT = 10,        /* of steps are the last: ten homes on average */
    STEM_EPOCH_MS = 600000,       /* after which other neighbours are drawn: long enough to say little, short enough to survive a bad draw */
    STEM_MS = 30000,              /* hidden at the least by its author, unless a neighbour spreads it: ten steps take a few seconds */
    STEM_SHARE = 8,               /* and no longer than this part of what the box is still open, twice that at the most */
    STEM_LEAST_MS = 100,          /* below it nothing is hidden: being in time is worth more */
    STEM_HIDDEN_MAX = 32,         /* of one round, in one home: ten steps a deal, and whole streets deal in one minute */
    STEM_OWN = 4,                 /* of them kept for this home's own: others cannot fill the room and make it speak at once */
};

#endif
