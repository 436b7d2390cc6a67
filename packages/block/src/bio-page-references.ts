import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const BIO_PAGE_REFERENCES = token<BioPageReferences>('block.BioPageReferences', {
  providedBy: ['@pagerace/block'],
});

/** The seam of the references that a request has to its pages. */
export interface BioPageReferences {
  /**
   * FOLL_PIN, by iov_iter_extract_pages(): since v6.5. Before, iov_iter_get_pages() takes
   * FOLL_GET references, which nobody can tell from others.
   */
  readonly pin: boolean;
}

export const bioPinPages = commit({
  id: 'bio-pin-pages',
  title: 'block: Convert bio_iov_iter_get_pages to use iov_iter_extract_pages',
  commit: 'a7e689dd1c06e0cbd6d216a6868e33099d8fc8d8',
  since: 'v6.5',
});

export const bioPageReferences = history(
  BIO_PAGE_REFERENCES,
  'block/bio.c:bio_iov_iter_get_pages()',
  [asOf('v4.12', { pin: false }), since(bioPinPages, { pin: true })],
);
