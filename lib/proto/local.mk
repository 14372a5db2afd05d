# lib/proto
