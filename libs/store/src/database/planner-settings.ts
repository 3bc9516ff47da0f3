/**
 * What PostgreSQL is told of the machine, for each connection. Its default takes a page out of order to cost four in order,
 * as on a turning disk, and so reads all runs where an index names a few thousand. Ours lie in memory or on an SSD.
 */
export const plannerSettings = 'set random_page_cost = 1.1';
