import { BIO_PAGE_REFERENCES } from '@pagerace/block';
import { definePatch } from '@pagerace/kernel';

export const bioPinPages = definePatch({
  id: 'bio-pin-pages',
  title: 'block: Convert bio_iov_iter_get_pages to use iov_iter_extract_pages',
  commit: 'a7e689dd1c06e0cbd6d216a6868e33099d8fc8d8',
  since: 'v6.5',
  provides: [{ token: BIO_PAGE_REFERENCES, useValue: { pin: true } }],
});
