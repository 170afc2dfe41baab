/*
 * remove_tree.h - takes away what a test made below a directory of its own, links not followed.
 */
#ifndef REHOME_TESTS_REMOVE_TREE_H
#define REHOME_TESTS_REMOVE_TREE_H

#include <ftw.h>
#include <stdio.h>

static inline int
remove_visited(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* 0, or what nftw(3) says. */
static inline int
remove_tree(const char *path)
{
	return nftw(path, remove_visited, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
