"""Pictures of titles: decode them safely, and make variants, collages and perceptual hashes of them."""
