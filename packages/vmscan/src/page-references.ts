/** enum page_references: what reclaim is to do with a page, by how it was used of late. */
export type PageReferences = 'reclaim' | 'reclaim if clean' | 'keep' | 'activate';
