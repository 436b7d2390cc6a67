import { token } from '@pagerace/di';

export const BIO_PAGE_REFERENCES = token<BioPageReferences>('block.BioPageReferences', {
  providedBy: ['@pagerace/block', '@pagerace/patches'],
});

/** The seam of the references that a request has to its pages. */
export interface BioPageReferences {
  /**
   * FOLL_PIN, by iov_iter_extract_pages(): v6.5 (a7e689dd1c06). Before, iov_iter_get_pages() takes
   * FOLL_GET references, which nobody can tell from others.
   */
  readonly pin: boolean;
}
