/**
 * gallery/ shows every part of ui/ in every state, in both themes and densities side by side, for whoever works on the
 * look. It knows no instances and changes nothing. Its texts are specimens, not the product's: they stay with it.
 */
import './gallery.css';
import { Page } from '../../ui/section.tsx';
import { galleryTexts } from './gallery-texts.ts';
import { Specimens } from './specimens.tsx';

const looks = [
  { theme: 'light', density: 'comfortable' },
  { theme: 'dark', density: 'comfortable' },
  { theme: 'light', density: 'compact' },
  { theme: 'dark', density: 'compact' },
] as const;

export function Gallery() {
  return (
    <Page title={galleryTexts.title} lead={galleryTexts.lead}>
      <div className="parts">
        {looks.map(({ theme, density }) => (
          <section
            key={`${theme} ${density}`}
            className="gallery-look"
            data-theme={theme}
            data-density={density}
            aria-label={`${theme}, ${density}`}
          >
            <h2>{`${theme}, ${density}`}</h2>
            <Specimens />
          </section>
        ))}
      </div>
    </Page>
  );
}
